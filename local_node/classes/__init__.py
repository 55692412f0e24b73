"""Creation classes: the rows everybody starts with, and those of this office."""
