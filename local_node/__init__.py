"""The web application of one CMO: its right owners, works and what it exchanges with the gateway."""
