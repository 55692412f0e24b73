"""Files of others taken in: looked at, imported in pieces, what is refused kept in quarantine, all of it undone."""
