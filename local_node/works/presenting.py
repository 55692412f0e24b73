"""A work as its pages show it: lists, sums, partners, the conversation with them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from interface.database import database
from interface.languages import language
from interface.numbers import format_instant, format_share
from local_node.alike.rules import Reason
from local_node.alike.words import reason_words
from local_node.classes.queries import creation_classes
from local_node.exchange import life
from local_node.exchange import queries as exchange
from local_node.exchange.queries import Said
from local_node.history.queries import Entry
from local_node.identifiers.words import scheme_name, written
from local_node.works import queries
from local_node.works.filling import part
from local_node.works.grid import is_simple, territory_words
from local_node.works.lines import Holder, Line, lines
from local_node.works.models import PartnerAnswer, WorkConflict, WorkRow
from local_node.works.operations import subject_of
from local_node.works.rules import BY_PEOPLE, ONE_PER_WORK, RIGHTS, is_whole, sendable
from local_node.works.words import PARTNERS, answer_words, finding_words, history_words, partner_name, status_words
from mappings import tables
from mappings.messages import from_json
from mappings.model import Acknowledged, Assigned, Interest, Refusal, Work, percent

Shown = dict[str, Any]


def state_choices() -> list[tuple[str, str]]:
    """The states of our own a list can be narrowed to."""
    return [
        ("draft", _("draft")),
        ("registered", _("registered")),
        ("blocked", _("cannot be sent")),
        ("conflict", _("in conflict")),
        ("answered", _("answered by a partner")),
        ("iswc", _("has an ISWC")),
        ("withdrawn", _("withdrawn")),
    ]


def answer_choices() -> list[tuple[str, str]]:
    """What a partner may have said last."""
    lang = language()
    return [
        ("none", _("not asked yet")),
        *((code, tables.acknowledgement_statuses.name(code, lang)) for code in ("RA", "AS", "AC", "CO", "RJ")),
        ("refused", _("refused by the gateway")),
        ("not-expressible", _("cannot be sent in the partner's format")),
    ]


def list_rows(rows: Sequence[WorkRow]) -> list[Shown]:
    """Lines of a list."""
    found = lines(database(), rows)
    whole = queries.whole(database(), [one.row.id for one in found if one.blocked])
    return [_list_row(one, whole.get(one.row.id)) for one in found]


def _list_row(line: Line, whole: WorkRow | None) -> Shown:
    row, latin = line.row, line.latin
    word, kind = state_of(whole) if whole is not None else _state_of_sound(row.status)
    return {
        "id": row.id,
        "url": url_for("works.work", key=row.id),
        "number": row.number,
        "title": line.titles[0],
        "latin": latin.text if latin else None,
        "class": row.creation_class,
        "changed": row.changed_at,
        "class_name": creation_classes(database()).name(row.creation_class, language()),
        "iswc": line.iswc,
        "interests": [_short(one) for one in line.holders],
        "state": word,
        "kind": kind,
        "answer": (partner_name(line.answer[0]), *answer_words(line.answer[1])) if line.answer else None,
    }


def _state_of_sound(status: str) -> tuple[str, str]:
    return (_("can be sent"), "ok") if status == "registered" else status_words(status)


def state_of(row: WorkRow) -> tuple[str, str]:
    """The one word about a work: withdrawn, draft, why it cannot be sent, or that it can."""
    if row.status != "registered" or not queries.is_blocked(row):
        return _state_of_sound(row.status)
    found = sendable(queries.to_work(row), creation_classes(database()))
    first = next((one for one in found if one.level == "bad"), None)
    return (finding_words(first) if first else _("cannot be sent")), "bad"


def _short(holder: Holder) -> Shown:
    return {
        "name": holder.name or _("unknown"), "lang": holder.language, "role": holder.role, "share": holder.share
    }  # fmt: skip


def numbers_of(work: Work) -> list[tuple[str, str]]:
    """The work's numbers as the trade writes them, such as ``T-034.524.680-1``."""
    return [(scheme_name(one.scheme), written(one.scheme, one.value)) for one in work.identifiers]


def given_numbers(work: Work) -> dict[str, Shown]:
    """Numbers that a partner gave and nobody types over: as written, and by whom."""
    given = {one.scheme: one for one in work.identifiers if one.scheme in ONE_PER_WORK and one.source not in BY_PEOPLE}
    return {
        scheme: {
            "name": scheme_name(scheme),
            "value": written(scheme, one.value),
            "by": partner_name(one.source) if one.source else "",
        }
        for scheme, one in given.items()
    }


def sums_row(form: Any) -> list[Shown]:
    """The sums of what stands in the form now: complete, nothing yet, so much missing, so much too much."""
    shown = []
    for right in RIGHTS:
        total = sum((part(entry[right.lower()].data) for entry in form.interests), Fraction(0))
        whole = is_whole(total)
        state = "complete" if whole and total else "nothing" if not total else "missing" if total < 1 else "over"
        name, off = tables.rights.name(right, language()), format_share(abs(1 - total))
        shown.append({"right": right, "name": name, "sum": percent(total), "state": state, "off": off})
    return shown


def anchor(field: str) -> str:
    """The element of the page that a finding speaks of."""
    first, *rest = field.split(".")
    if first == "titles":
        return f"#titles-{rest[0]}-text" if rest else "#titles"
    if first == "interests" and rest:
        names = {"party": "holder", "shares": "pr", "collection": "territory"}
        named = rest[1] if len(rest) > 1 else "holder"
        return f"#interests-{rest[0]}-{names.get(named, named)}"
    if first == "details" and rest:
        return f"#detail_{rest[0]}"
    return {"interests": "#shares", "identifiers": "#numbers"}.get(first, "#main")


def checks_of(work: Work) -> list[tuple[str, str, str]]:
    """The panel *Can it be sent?*: level, sentence, and the field it speaks of."""
    return [(one.level, finding_words(one), anchor(one.field)) for one in sendable(work, creation_classes(database()))]


def details_of(work: Work, lang: str) -> list[Shown]:
    """What each stored interest holds beyond its line in the grid."""
    return [
        {
            "ipi": one.party.identifier("ipi-name") if one.party else None,
            "simple": is_simple(one),
            "chain": one.chain,
            "territories": territory_words(one, lang) if one.collection else "",
            "collection": _collected(one, lang),
            "societies": [(right, one.societies[right]) for right in RIGHTS if right in one.societies],
            "represented": [
                (link.chain, link.publisher_name or link.publisher_number or "", link.agreement or "")
                for link in one.represented_by
            ],
            "fields": sorted(one.details.items()),
        }
        for one in work.interests
    ]


def _collected(interest: Interest, lang: str) -> list[tuple[str, bool, dict[str, Fraction]]]:
    """Where and what an interest collects, line by line."""
    return [(tables.territory_name(one.territory, lang), one.include, dict(one.shares)) for one in interest.collection]


def partner_rows(row: WorkRow) -> list[Shown]:
    """What each partner of the class said, *not asked yet* included."""
    said = {one.partner: one for one in row.partners}
    asked = dict.fromkeys((*creation_classes(database())[row.creation_class].partners, *said))
    shown = []
    for partner in asked:
        known = said.get(partner)
        word, kind = answer_words(known.status) if known else (_("not asked yet"), "off")
        number, at = (known.partner_number, known.at) if known else (None, None)
        shown.append({"name": partner_name(partner), "word": word, "kind": kind, "number": number, "at": at})
    return shown


def conflict_notes(waiting: Sequence[WorkConflict]) -> list[Shown]:
    """That somebody says otherwise; it is compared and decided in the exchange."""
    return [{"id": one.id, "text": _conflict_words(one)} for one in waiting]


def _conflict_words(one: WorkConflict) -> str:
    partner = partner_name(one.partner)
    if one.kind == "identifier":
        return str(_("%(partner)s names another %(scheme)s", partner=partner, scheme=(one.scheme or "").upper()))
    return str(_("%(partner)s holds other shares of this work", partner=partner))


def life_line(session: Session, row: WorkRow) -> list[dict[str, str]]:
    """The conversation about a work in plain words: saved, sent, arrived, passed on, answered."""
    sent = exchange.about(session, subject_of(row.id))
    if sent:
        who = exchange.author(session, sent[-1])
        return life.shown(life.conversation(sent, _said_about(session, row), who=who))
    moments = [life.Moment("done", _("Saved here"), at=row.changed_at)]
    if row.status == "registered":
        moments.append(life.Moment("todo", _("Not sent: this office has no gateway yet")))
    return life.shown(moments)


def _said_about(session: Session, row: WorkRow) -> list[Said]:
    """What was said about a work, in the order of time; a number that came with an answer is told there."""
    said = [Said(one.message_id, one.at, _answer(one)) for one in queries.answers(session, row.id)]
    told = {(one.value.partner, one.at) for one in said if isinstance(one.value, Acknowledged) and one.value.iswc}
    said += [
        Said("", one.since, Assigned(one.scheme, one.value, one.source, row.number))
        for one in row.identifiers
        if one.source in PARTNERS and (one.source, one.since) not in told
    ]
    return sorted(said, key=lambda one: one.at)


def _answer(answer: PartnerAnswer) -> Acknowledged | Refusal:
    if answer.status == "refused":
        return from_json(Refusal, answer.data)
    return from_json(Acknowledged, answer.data)


def history_entries(entries: Sequence[Entry]) -> list[Shown]:
    """The history as the page lists it; the many fields of a first version are one line."""
    shown = []
    for first, group in groupby(entries, key=lambda one: one.version == 1 and one.action in ("registered", "saved")):
        if first:
            latest = next(iter(group))
            at = format_instant(latest.at, "short")
            shown.append({"title": _("Registered here"), "text": "", "who": latest.who, "at": at})
            continue
        for one in group:
            if one.field.endswith(".script"):  # follows from the text
                continue
            title, text = history_words(one)
            who, at = PARTNERS.get(one.who, one.who), format_instant(one.at, "short")
            shown.append({"title": title, "text": text, "who": who, "at": at})
    return shown


def alike_rows(alike: Sequence[tuple[WorkRow, tuple[Reason, ...]]]) -> list[Shown]:
    """Works that may be the one that is typed, with the reasons."""
    rows = list_rows([row for row, _reasons in alike])
    return [
        {
            "id": one["id"],
            "name": one["title"].text,
            "lang": one["title"].language,
            "second": one["latin"],
            "number": one["number"],
            "ipi": None,
            "reasons": [reason_words(reason) for reason in reasons],
            "url": one["url"],
        }
        for one, (_row, reasons) in zip(rows, alike, strict=True)
    ]


def table_rows(rows: Sequence[WorkRow]) -> list[dict[str, Any]]:
    """Lines of the list as a file has them; every interest stands on a line of its own inside its cell."""
    return [_table_row(one) for one in list_rows(rows)]


def _table_row(one: Shown) -> dict[str, Any]:
    return {
        "title": one["title"].text,
        "latin": one["latin"],
        "class": one["class"],
        "number": one["number"],
        "iswc": written("iswc", one["iswc"]) if one["iswc"] else None,
        "holders": "\n".join(_in_a_cell(short) for short in one["interests"]),
        "state": one["state"],
        "answer": f"{one['answer'][0]}: {one['answer'][1]}" if one["answer"] else None,
        "changed": one["changed"].date(),
    }


def _in_a_cell(short: Shown) -> str:
    share = "" if short["share"] is None else format_share(short["share"])
    return " ".join(text for text in (short["name"], short["role"], share) if text)
