"""The first page: numbers that are links, and news from partners."""
