"""Two people at one record: what each of them changed, field by field, and how both come together. Nothing is lost."""
