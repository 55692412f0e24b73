"""Who changed what and when: field by field, with the state before each change, so that it can be undone."""
