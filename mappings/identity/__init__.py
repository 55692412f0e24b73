"""Is this the same person or firm? What all who ask that share: forms of names and the keys they are found by."""
