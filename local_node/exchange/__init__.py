"""Exchange: our messages, what partners said to them, and what waits for a person."""
