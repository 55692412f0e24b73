"""What both web applications of Kora share: sheet, macros, words, sign-in, sessions, headers.

Names are loaded on first use, so that ``interface.words`` and ``interface.sentences`` can serve the command line
without any web package in memory.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "create_app": "interface.application",
    "Settings": "interface.settings",
    "Users": "interface.permissions",
    "permission": "interface.permissions",
    "public": "interface.permissions",
    "signed_in": "interface.permissions",
    "may": "interface.permissions",
    "Frame": "interface.frame",
    "Link": "interface.frame",
    "Search": "interface.frame",
    "Sync": "interface.frame",
    "Tasks": "interface.frame",
    "metadata": "interface.tables",
    "database": "interface.database",
    "say": "interface.pages",
    "csv_download": "interface.downloads",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'interface' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
