"""Agreements as publishers' files tell of them; read-only for now, and no message leaves about them."""
