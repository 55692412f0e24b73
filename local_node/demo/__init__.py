"""Invented people and works for demonstrations; the IPI numbers are from a range marked as invented."""
