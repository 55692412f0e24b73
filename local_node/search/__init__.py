"""The words works and right owners are found by, in one table that answers alike on SQLite and PostgreSQL."""
