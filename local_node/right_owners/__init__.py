"""Persons and firms with their names, numbers and societies."""
