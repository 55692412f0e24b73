"""The index of works and right owners across nodes: who said what, and which revision of it."""
