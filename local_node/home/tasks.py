"""What waits for a person: one number in the frame, and on the first page the list behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import g, url_for
from flask_babel import gettext as _

from interface.database import database
from interface.permissions import may
from local_node.exchange import queries as exchange
from local_node.imports import queries as imports
from local_node.works import queries as works


@dataclass(frozen=True, slots=True)
class Task:
    """Things of one kind that wait; ``url`` leads to exactly those."""

    label: str
    text: str
    count: int
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Kind:
    permission: str
    count: Callable[[], int]
    task: Callable[[int], Task]


def tasks() -> Sequence[Task]:
    """Every kind of which something waits, for what this person may decide; counted once for each page."""
    if "kora_tasks" not in g:
        counted = [(one, one.count()) for one in _KINDS if may(one.permission)]
        g.kora_tasks = [one.task(number) for one, number in counted if number]
    found: Sequence[Task] = g.kora_tasks
    return found


def _troubled() -> dict[str, int]:
    if "kora_unfinished" not in g:
        g.kora_unfinished = exchange.unfinished(database())
    found: dict[str, int] = g.kora_unfinished
    return found


def unfinished() -> dict[str, int]:
    """Messages on their way or gone wrong, by group; counted once for each page."""
    return _troubled()


_KINDS: Sequence[_Kind] = (
    _Kind(
        "exchange.decide",
        lambda: works.count_conflicts(database()),
        lambda n: Task(
            _("conflicts to decide"), _("A partner says otherwise than we do."), n, url_for("exchange.review"), "warn"
        ),
    ),
    _Kind(
        "imports.run",
        lambda: imports.count_quarantined(database()),
        lambda n: Task(
            _("works in quarantine"),
            _("Files brought them with an error."),
            n,
            url_for("imports.quarantine"),
            "warn",
        ),
    ),
    _Kind(
        "works.edit",
        lambda: works.count(database(), "blocked"),
        lambda n: Task(
            _("works that cannot be sent"),
            _("Something is missing in each of them."),
            n,
            url_for("works.index", state="blocked"),
            "bad",
        ),
    ),
    _Kind(
        "exchange.decide",
        lambda: _troubled()["refused"],
        lambda n: Task(
            _("refused messages"),
            _("The gateway could not use them; correct the record and it is sent anew."),
            n,
            url_for("exchange.index", group="refused"),
            "bad",
        ),
    ),
    _Kind(
        "exchange.decide",
        lambda: _troubled()["parked"],
        lambda n: Task(
            _("parked messages"),
            _("Run them again, or give them up."),
            n,
            url_for("exchange.index", group="parked"),
            "bad",
        ),
    ),
    _Kind(
        "exchange.decide",
        lambda: _troubled()["troubled"],
        lambda n: Task(
            _("messages that arrived and could not be used"),
            _("Run them again, or give them up."),
            n,
            url_for("exchange.index", group="troubled"),
            "bad",
        ),
    ),
)
