"""The runbook (``docs/runbook.md``) as sections: what each alert means and what to do about it.

It is written in a part of Markdown: a heading ``## kind: title`` per alert, paragraphs, and numbered steps.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OTHER = "other"
_HEADING = re.compile(r"^## ([a-z-]+): (.+)$", re.MULTILINE)
_STEP = re.compile(r"^\d+\. ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """What one alert means (``text``, by paragraph) and what to do (``steps``); ``after`` follows the steps."""

    kind: str
    title: str
    text: tuple[str, ...]
    steps: tuple[str, ...]
    after: tuple[str, ...]


@cache
def sections() -> Sequence[Section]:
    """All sections, in the order of the page."""
    _before, *parts = _HEADING.split((files("gateway.ops") / "runbook.md").read_text(encoding="utf-8"))
    return [_section(*parts[place : place + 3]) for place in range(0, len(parts), 3)]


def anchor(condition: str) -> str:
    """The section of a condition; carriage alarms nobody wrote one for share the last."""
    return condition if condition in {one.kind for one in sections()} else OTHER


def spans(text: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a paragraph, each with whether it is a word of the machine (between backticks)."""
    for place, piece in enumerate(text.split("`")):
        if piece:
            yield place % 2 == 1, piece


def _section(kind: str, title: str, body: str) -> Section:
    blocks = [block.strip() for block in body.strip().split("\n\n")]
    numbered = next((place for place, block in enumerate(blocks) if _STEP.match(block)), len(blocks))
    steps = _STEP.split(blocks[numbered])[1:] if numbered < len(blocks) else []
    return Section(kind, title, _lines(blocks[:numbered]), _lines(steps), _lines(blocks[numbered + 1 :]))


def _lines(blocks: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(block.split()) for block in blocks)
