"""A full disk: recognised wherever it shows, told in the reader's language, with what was typed shown again."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app, g, render_template, request
from sqlalchemy.exc import DBAPIError

from interface.database import database
from interface.languages import language
from interface.sentences import sentence

CODE = "KORA-DISK-FULL"
STATUS = 507
"""HTTP's word for it: insufficient storage (RFC 4918, section 11.5)."""
REMEMBERED = timedelta(minutes=5)
"""So long after a write that found no room the disk counts as full, whatever the file system says."""
_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SQLITE = frozenset({13, 778})
"""SQLITE_FULL, and SQLITE_IOERR_WRITE, which a quota makes of it."""
_POSTGRESQL = "53100"
_UNTOLD = ("csrf_token", "password", "again", "current", "code")
_KEY = "kora_full_disk"

Page = Callable[[], str]


@dataclass
class Watch:
    """When a write of this process last found no room."""

    failed_at: datetime | None = None

    def is_full(self, now: datetime) -> bool:
        """Whether a write failed a moment ago."""
        return self.failed_at is not None and timedelta(0) <= now - self.failed_at < REMEMBERED


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, says that there is no room on the disk."""
    while error is not None:
        of_driver = getattr(error, "orig", None) or error
        if isinstance(of_driver, OSError) and of_driver.errno in _ERRNOS:
            return True
        if getattr(of_driver, "sqlite_errorcode", None) in _SQLITE or getattr(of_driver, "sqlstate", "") == _POSTGRESQL:
            return True
        error = error.__cause__ or error.__context__
    return False


def show_again(page: Page) -> None:
    """Say how the page with the typed form is drawn, should this request find the disk full."""
    g.kora_again = page


def watch() -> Watch:
    """What this process knows about its disk."""
    found: Watch = current_app.extensions[_KEY]
    return found


def install(app: Flask) -> None:
    """Answer every request that finds no room: what is wrong, what to do, and the form as it was typed."""
    app.extensions[_KEY] = Watch()
    app.register_error_handler(OSError, answer)
    app.register_error_handler(DBAPIError, answer)


def answer(error: BaseException) -> tuple[str, int]:
    """The page for a full disk. Raises the error again when it is another one."""
    if not is_full(error):
        raise error
    current_app.logger.error("the disk is full", extra={"path": request.path})
    watch().failed_at = current_app.extensions["kora_now"]()
    database().rollback()
    text = sentence(CODE, {}, language())
    again: Page | None = g.pop("kora_again", None)
    if again is None:
        return render_template("interface/error.html", code=STATUS, text=text, typed=_typed()), STATUS
    g.kora_trouble = f"{text} ({CODE})"
    return again(), STATUS


def _typed() -> list[tuple[str, str]]:
    """What was typed, without passwords; nothing when the form itself found no room."""
    try:
        fields = list(request.form.items(multi=True))
    except OSError:
        return []
    return [(name, value) for name, value in fields if name not in _UNTOLD]
