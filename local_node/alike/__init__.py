"""Records that may be the same: why they look alike, and which of them a person has told apart for good."""
