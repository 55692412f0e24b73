"""Numbers as people call and write them."""

from dataclasses import dataclass

from flask_babel import gettext as _

from formats.identifiers import SCHEMES, check
from interface.languages import language
from interface.sentences import sentence

_NAMES = {"ipi-name": "IPI", "ipi-base": "IPI base", "dpid": "DPID"}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about a number: a word for its state, a sentence, and the pretty form of a right one."""

    kind: str
    text: str
    pretty: str = ""


def scheme_name(scheme: str) -> str:
    """A scheme as people call it; the same in all languages."""
    return _NAMES.get(scheme, scheme.upper())


def written(scheme: str, value: str) -> str:
    """A number as the trade writes it, such as ``T-034.524.680-1``; one that does not hold as it stands."""
    module = SCHEMES.get(scheme)
    return module.format(value) if module is not None and module.is_valid(value) else value


def said_of(scheme: str, value: str) -> Said | None:
    """What is to say about a number that is typed; nothing while the field is empty or nobody knows the scheme."""
    if not value.strip() or scheme not in SCHEMES:
        return None
    found = check(value, scheme)[0]
    if found.valid:
        return Said("ok", _("The number is right."), found.display or value)
    return Said("bad", sentence(found.reason or "length", {}, language()))
