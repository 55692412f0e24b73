"""What people of the office did, for who has to account for it."""
