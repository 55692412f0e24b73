"""The CMOs and their nodes: enrolment, keys, state."""
