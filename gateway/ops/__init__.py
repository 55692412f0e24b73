"""The operators' console: what waits, what failed, and what a person can do about it."""
