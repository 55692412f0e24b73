"""The office itself: its name, its place at the gateway, its people, its number series."""
