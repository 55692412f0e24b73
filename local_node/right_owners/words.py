"""What the pages of right owners say, in the reader's language."""

from flask_babel import gettext as _

from interface.languages import language
from interface.sentences import sentence
from local_node.history.queries import Entry
from local_node.identifiers.words import scheme_name
from local_node.right_owners.rules import PERSON_SCHEMES, Finding

SCHEMES = {scheme: scheme_name(scheme) for scheme in PERSON_SCHEMES}
"""Numbers as people call them; the same in all languages."""


def finding_words(one: Finding) -> str:
    """What is wrong, as a sentence."""
    if one.code == "name-missing":
        return str(_("A right owner needs a name."))
    if one.code == "name-too-long":
        return str(_("A name has at most %(most)s characters.", **one.params))
    if one.code == "firm-has-first-name":
        return str(_("A firm has no first name."))
    return f"{SCHEMES.get(one.params.get('scheme', ''), '')}: {sentence(one.code, {}, language())}"


def kind_words(kind: str) -> str:
    """What a right owner is."""
    return str(_("firm") if kind == "firm" else _("person"))


def kind_of_name(kind: str) -> str:
    """A kind of name."""
    kinds: dict[str, str] = {
        "patronym": _("Own name"),
        "pseudonym": _("Pseudonym"),
        "spelling": _("Other spelling"),
        "transliteration": _("Latin form"),
        "firm": _("Name of a firm"),
    }
    return kinds.get(kind, kind)


def history_words(entry: Entry) -> tuple[str, str]:
    """One line of the history: what, and from what to what."""
    if entry.action == "seen":
        return _("Birth date was read"), entry.new or ""
    if entry.action == "told-apart":
        return _("Told apart from"), entry.new or ""
    first, last = entry.field.split(".")[0], entry.field.split(".")[-1]
    what: dict[str, str] = {
        "names": _("Name"),
        "identifiers": SCHEMES.get(last, _("Number")),
        "societies": _("Society"),
        "birth_date": _("Birth date"),
        "kind": _("Kind"),
    }
    title = what.get(first, entry.field)
    if entry.old and entry.new:
        return title, _("%(old)s to %(new)s", old=entry.old, new=entry.new)
    return title, entry.new or _("%(old)s removed", old=entry.old or "")
