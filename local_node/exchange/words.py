"""Words of the exchange: kinds of messages, states, and why a message could not be used."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from formats import identifiers
from interface.languages import language
from interface.sentence_tables import SENTENCES
from interface.sentences import sentence
from mappings.model import Reason
from queues import REFUSAL

GIVEN_UP = "given-up"


def apart(text: object) -> str:
    """A name, number or foreign sentence inside a sentence of ours, so that its direction stays its own."""
    return f"\u2068{text}\u2069"


def type_words(type_: str) -> str:
    """What a message tells."""
    words: Mapping[str, str] = {
        "kora.party.registered.v1": _("Right owner registered"),
        "kora.party.updated.v1": _("Right owner changed"),
        "kora.work.registered.v1": _("Work registered"),
        "kora.work.updated.v1": _("Work changed"),
        "kora.work.withdrawn.v1": _("Work withdrawn"),
        "kora.work.acknowledged.v1": _("Answer of a partner"),
        "kora.identifier.assigned.v1": _("Number given"),
        "kora.canary.sent.v1": _("The gateway asked whether messages arrive"),
        REFUSAL: _("Message refused"),
    }
    return words.get(type_, type_ or _("unreadable message"))


def own_types() -> list[tuple[str, str]]:
    """Kinds of messages we send, to choose from."""
    names = ("party.registered", "party.updated", "work.registered", "work.updated", "work.withdrawn")
    return [(code, type_words(code)) for code in (*(f"kora.{name}.v1" for name in names), REFUSAL)]


def arrived_types() -> list[tuple[str, str]]:
    """Kinds of messages we receive, to choose from."""
    return [(code, type_words(code)) for code in ("kora.work.acknowledged.v1", "kora.identifier.assigned.v1", REFUSAL)]


def group_words(group: str) -> str:
    """A group of messages, as its tab is called."""
    words: Mapping[str, str] = {
        "all": _("All"),
        "waiting": _("Waiting"),
        "sent": _("Sent"),
        "arrived": _("Arrived"),
        "answered": _("Answered"),
        "held": _("Held"),
        "refused": _("Refused"),
        "parked": _("Parked"),
        "received": _("Received"),
        "troubled": _("Received, not used"),
    }
    return words[group]


def state_words(direction: str, state: str) -> tuple[str, str]:
    """Word and kind of a message's state."""
    own: Mapping[str, tuple[str, str]] = {
        "new": (_("waits to be sent"), "wait"),
        "sealed": (_("waits to be sent"), "wait"),
        "sent": (_("sent, no receipt yet"), "wait"),
        "receipted": (_("arrived"), "ok"),
        "refused": (_("refused by the gateway"), "bad"),
        "held": (_("held, an earlier one is missing"), "warn"),
        "parked": (_("parked, an operator looks"), "warn"),
    }
    arrived: Mapping[str, tuple[str, str]] = {
        "received": (_("received"), "wait"),
        "applied": (_("used"), "ok"),
        "stale": (_("a newer one was there"), "ok"),
        "refused": (_("could not be used"), "bad"),
        "held": (_("held, an earlier one is missing"), "warn"),
        "parked": (_("parked, a person decides"), "bad"),
    }
    return (own if direction == "out" else arrived).get(state, (state, "wait"))


def reason_words(code: str | None) -> str:
    """Why a message was refused or parked, as a sentence."""
    if not code:
        return ""
    return _own_reasons().get(code) or sentence(code, {}, language())


def reasons(code: str, given: Sequence[Reason]) -> list[str]:
    """The reasons of a refusal as sentences: its code in words, then what the single reasons add."""
    found = [] if code == GIVEN_UP and given else [reason_words(code)]
    found += [_single(one) for one in given if one.code != code or code == GIVEN_UP]
    return list(dict.fromkeys(found))


def _single(one: Reason) -> str:
    """One reason. Only people write texts that are shown; texts of programs are not in the reader's language."""
    if one.code == GIVEN_UP:
        return str(_("Given up by an operator: %(reason)s", reason=apart(one.text or "–")))
    if one.code in SENTENCES or one.code in _own_reasons():
        return reason_words(one.code)
    if one.field:
        return str(_("The field %(field)s cannot be used (%(code)s).", field=apart(one.field), code=apart(one.code)))
    return reason_words(one.code)


def _own_reasons() -> Mapping[str, str]:
    return {
        "handler-failed": _("An error of the program stopped it."),
        "delivery-limit": _("It was delivered too often without being used."),
        "unknown-record": _("It speaks of a record that is not here."),
        "wrong-subject": _("It names one record and holds another."),
        "withdrawal": _("The partner's format has no word for withdrawing a work."),
    }


def number_words(scheme: str, value: str) -> str:
    """A number as people write it, with the name of its kind before it."""
    shown = identifiers.check(value, scheme)[0].display if scheme in identifiers.SCHEMES else None
    return f"{scheme.split('-')[0].upper()} {shown or value}"
