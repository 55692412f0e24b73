"""Batches, problems and quarantined works as their pages show them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from formats.problems import ERROR, Problem
from interface.full_disk import CODE
from interface.languages import language
from interface.numbers import format_instant, format_number
from interface.sentences import sentence
from local_node.imports import correcting, rules
from local_node.imports.models import Correction, ImportBatch, Quarantined

Shown = dict[str, Any]
LISTED = 100
"""Problems on a page; all that are kept are in the download."""


def state_words(row: ImportBatch) -> tuple[str, str]:
    """A batch's state as words and kind."""
    states = {
        "checked": (_("looked at, not imported"), "wait"),
        "waiting": (_("is about to be imported"), "wait"),
        "running": (_("is being imported"), "wait"),
        "done": (_("imported"), "ok"),
        "undone": (_("taken back"), "off"),
        "dropped": (_("not imported"), "off"),
    }
    return states.get(row.state, (row.state, "wait"))


def batch_row(row: ImportBatch) -> Shown:
    """One line of the list of batches."""
    word, kind = state_words(row)
    return {
        "number": row.id,
        "name": row.name,
        "sender": row.sender_name or "–",
        "state": word,
        "kind": kind,
        "at": row.created_at,
        "works": sum(row.outcome.get(name, 0) for name in ("new", "updated", "unchanged")),
        "quarantined": row.outcome.get("quarantined", 0),
    }


def steps(row: ImportBatch) -> list[Shown]:
    """Where the batch stands: file, check, result."""
    here = {"checked": 1, "waiting": 2, "running": 2}.get(row.state, 3)
    titles = [_("File"), _("Check"), _("Import"), _("Result")]
    return [
        {"title": title, "state": "done" if place < here else "now" if place == here else "todo"}
        for place, title in enumerate(titles)
    ]


def facts(row: ImportBatch) -> list[tuple[str, str]]:
    """What the file is."""
    encodings = {
        "ascii": "ASCII",
        "utf-8": "UTF-8",
        "utf-8-sig": _("UTF-8 with a byte order mark"),
        "cp1252": "Windows-1252",
        "cp1252-bom": _("Windows-1252 behind a byte order mark"),
    }
    return [
        (_("Format"), f"{(row.format or '?').upper()} {row.version or ''}".strip()),
        (_("Encoding"), encodings.get(row.encoding or "", row.encoding or "–")),
        (_("Sender"), row.sender_name or "–"),
        (_("Number of the sender"), row.sender or "–"),
        (_("Lines"), format_number(row.records)),
        (_("Transactions"), format_number(row.transactions)),
        (_("Agreements"), format_number(row.found.get("agreements", 0))),
        (_("Size"), _("%(size)s kB", size=format_number(max(row.size // 1000, 1)))),
    ]


def looked_at(row: ImportBatch) -> list[Shown]:
    """What looking at the file counted."""
    found = row.found
    works, refused, warned = found.get("works", 0), found.get("refused", 0), found.get("warned", 0)
    held = works if row.refused and not row.in_spite else refused
    return [
        {"value": works - max(held, refused), "label": _("works ready"), "kind": "ok", "text": _("will be imported")},
        {"value": warned, "label": _("of them with a warning"), "kind": "warn" if warned else None},
        {
            "value": held,
            "label": _("works with an error"),
            "kind": "bad" if held else None,
            "text": _("stay aside until somebody decides"),
        },
        {"value": found.get("agreements", 0), "label": _("agreements"), "text": _("kept, not sent")},
        {"value": found.get("others", 0), "label": _("other transactions"), "text": _("left out")},
    ]


def outcome(row: ImportBatch) -> list[Shown]:
    """What the import did."""
    done = row.outcome
    held = done.get("quarantined", 0)
    return [
        {"value": done.get("new", 0), "label": _("new works"), "kind": "ok"},
        {"value": done.get("updated", 0), "label": _("changed works")},
        {"value": done.get("unchanged", 0), "label": _("unchanged works")},
        {
            "value": held,
            "label": _("works in quarantine"),
            "kind": "bad" if held else None,
            "url": url_for("imports.quarantine", batch=row.id) if held else None,
        },
        {
            "value": done.get("parties.new", 0),
            "label": _("new right owners"),
            "text": _known(done.get("parties.known", 0)),
        },
    ]


def _known(number: int) -> str:
    """How many parties of the file were right owners already."""
    count = format_number(number)
    return str(ngettext("%(count)s time a known one", "%(count)s times a known one", number, count=count))


def put_off_words(goes_on: datetime | None, nearly_full: bool) -> str:
    """Why an import stands still although nobody stopped it."""
    if goes_on is not None:
        said = _("The disk is full. The import goes on by itself at %(time)s.", time=format_instant(goes_on))
        return f"{said} ({CODE})"
    if nearly_full:
        return f"{_('The disk is almost full. Imports wait until there is room.')} ({CODE})"
    return ""


def progress(row: ImportBatch) -> int:
    """Percent of the file that is imported."""
    return min(99, row.done_line * 100 // max(row.records, 1))


def causes(problems: Sequence[Mapping[str, Any]], version: str | None = None) -> list[Shown]:
    """The same problem on many lines as one line with a count, what refuses something first.

    Where the same wrong text stands in the same field of many lines, it is a line of its own with one fix for all.
    """
    found = [rules.from_json(one) for one in problems]
    counts = Counter(_cause(one, version) for one in found)
    first = {_cause(one, version): one for one in reversed(found)}
    ordered = sorted(counts, key=lambda key: (first[key].level != ERROR, -counts[key], first[key].code))
    return [
        {
            "code": first[key].code,
            "text": _without_value(first[key]),
            "kind": "bad" if first[key].level == ERROR else "warn",
            "count": counts[key],
            "line": first[key].line,
            "effect": effect_words(first[key].effect),
            "fix": _fix(first[key], None) if correcting.can_be_corrected(first[key], version) else None,
        }
        for key in ordered
    ]


def _cause(one: Problem, version: str | None) -> tuple[str | None, ...]:
    same = (one.record, one.field, one.value) if correcting.can_be_corrected(one, version) else ()
    return (one.code, one.level, *same)


def _fix(one: Problem, line: int | None) -> Shown:
    """The field that would be typed anew, in one line or wherever it says the same."""
    return {"line": line, "record": one.record, "field": one.field, "old": one.value or ""}


def problem_rows(problems: Sequence[Mapping[str, Any]], limit: int = LISTED, version: str | None = None) -> list[Shown]:
    """Problems with their place, value and what would be right; with a version, those that can be typed anew."""
    shown = []
    for data in problems[:limit]:
        one = rules.from_json(data)
        fix = _fix(one, one.line) if correcting.can_be_corrected(one, version) else None
        shown.append(_problem(one) | {"fix": fix})
    return shown


def problem_table(problems: Sequence[Mapping[str, Any]], texts: Mapping[int, str]) -> list[list[Any]]:
    """Problems as rows of a download, each with the line of the file it speaks of."""
    shown = problem_rows(problems, len(problems))
    names = ("line", "column", "record", "field", "value", "code", "text")
    return [[*(one[name] for name in names), texts.get(one["line"] or 0)] for one in shown]


def correction_rows(said: Sequence[Correction]) -> list[Shown]:
    """What people corrected in a file, as its history."""
    return [
        {
            "title": f"{one.record} {one.field}",
            "text": _("%(old)s to %(new)s", old=one.old or "–", new=one.new or "–"),
            "who": one.by,
            "at": format_instant(one.at, "short"),
        }
        for one in said
    ]


def cannot_words(reason: str) -> str:
    """Why a text cannot stand in a field."""
    words: dict[str, str] = {
        "length": _("The text is longer than the field."),
        "letters": _("The encoding of the file has no place for these letters."),
        "field": _("This cannot be corrected in one field."),
    }
    return words[reason]


def effect_words(effect: str | None) -> str:
    """What the standard does about a problem."""
    words = {
        "ER": _("refuses the file"),
        "GR": _("refuses the group"),
        "TR": _("holds the work back"),
        "RR": _("the line is left out"),
        "FR": _("the field takes its default"),
    }
    return str(words.get(effect or "", _("only noted")))


def held_row(row: Quarantined) -> Shown:
    """One line of the list of what waits in quarantine."""
    reasons = [rules.from_json(one) for one in row.problems]
    bad = [one for one in reasons if one.level == ERROR] or reasons
    return {
        "id": row.id,
        "title": row.title,
        "number": row.source_number,
        "type": row.type,
        "line": row.line,
        "batch": row.batch_id,
        "reasons": list(dict.fromkeys(_without_value(one) for one in bad))[:3],
    }


def held_lines(row: Quarantined) -> list[Shown]:
    """The original lines with their numbers; those a problem speaks of are marked."""
    marked = {one.get("line") for one in row.problems if one.get("level") == ERROR}
    numbered = enumerate(row.lines, row.line)
    return [{"number": number, "text": text, "bad": number in marked} for number, text in numbered]


def held_state(row: Quarantined) -> tuple[str, str]:
    """State of a quarantined transaction as words and kind."""
    states = {
        "waiting": (_("waits for a decision"), "warn"),
        "taken": (_("taken over as a draft"), "ok"),
        "dropped": (_("not wanted"), "off"),
        "replaced": (_("a later file brought the work"), "ok"),
    }
    return states.get(row.state, (row.state, "wait"))


def _problem(one: Problem) -> Shown:
    return {
        "line": one.line,
        "column": one.column,
        "record": one.record,
        "field": one.field,
        "value": one.value,
        "code": one.code,
        "kind": "bad" if one.level == ERROR else "warn",
        "effect": effect_words(one.effect),
        "text": _without_value(one),
    }


def _without_value(one: Problem) -> str:
    """The sentence of a problem; its value has a column of its own."""
    params = dict(one.params)
    if params.get("condition") not in ("in_table", "one_of"):  # these sentences speak of the value themselves
        params.pop("value", None)
    return sentence(one.code, params, language())
