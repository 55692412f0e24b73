"""What the pages of works say: findings, states, fields and moments, as sentences in the reader's language."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from interface.languages import language
from local_node.history.queries import Entry
from local_node.identifiers.words import written
from local_node.works.rules import Finding
from mappings import tables

PARTNERS = {"cisnet": "CIS-Net", "iswc": "ISWC", "ipi": "IPI", "ipn": "IPN", "isni": "ISNI", "ifrro": "IFRRO"}
"""Names of partners; they are the same in all languages."""

KINDS = {"AS": "ok", "AC": "ok", "RA": "wait", "RJ": "bad", "NP": "info", "CO": "warn", "RC": "bad", "DU": "warn"}
"""How a partner's status is shown."""


def finding_words(one: Finding) -> str:
    """What is the matter, as a sentence."""
    sentence = _FINDINGS.get(one.code)
    params = dict(one.params)
    if "right" in one.params:
        params["right"] = tables.rights.name(one.params["right"], language())
    if "name" in one.params and one.field.startswith("details."):
        params["name"] = detail_label(one.params["name"])
    return sentence(params) if sentence else _("This cannot be used: %(code)s.", code=one.code)


_FINDINGS: Mapping[str, Callable[[dict[str, str]], str]] = {
    "which-one": lambda p: _("%(name)s: several right owners bear this name. Choose one.", **p),
    "not-a-share": lambda p: _("%(value)s is not a share. Write 25 or 33.33.", **p),
    "class-unknown": lambda p: _("There is no class %(class)s.", **p),
    "title-missing": lambda p: _("A title is empty."),
    "title-kind": lambda p: _("There is no kind of title %(kind)s.", **p),
    "nobody": lambda p: _("The work needs at least one right holder."),
    "title-too-long": lambda p: _("A title has at most %(most)s characters.", **p),
    "role-not-allowed": lambda p: _("The role %(role)s does not belong to the class %(class)s.", **p),
    "role-missing": lambda p: _("Choose a role for each right holder of ours."),
    "ours-without-name": lambda p: _("A right holder of ours needs a name."),
    "share-too-large": lambda p: _("A share is at most 100 %%, not %(share)s.", **p),
    "territory-unknown": lambda p: _("There is no territory %(territory)s.", **p),
    "shares-do-not-add-up": lambda p: _("%(right)s: the shares add up to %(sum)s, they must be 100 or nothing.", **p),
    "identifier": lambda p: _("%(value)s is not a right number of this kind.", **p),
    "detail-number": lambda p: _("%(name)s: write a whole number.", **p),
    "detail-year": lambda p: _("%(name)s: write a year with four digits.", **p),
    "detail-date": lambda p: _("%(name)s: write a date as year, month, day.", **p),
    "detail-duration": lambda p: _("%(name)s: write hours, minutes, seconds, such as 00:03:42.", **p),
    "detail-flag": lambda p: _("%(name)s: choose yes or no.", **p),
    "detail-language": lambda p: _("%(name)s: choose a language of the list.", **p),
    "detail-territory": lambda p: _("%(name)s: choose a country of the list.", **p),
    "detail-choice": lambda p: _("%(name)s: choose one of the list.", **p),
    "nobody-ours": lambda p: _("No right holder is marked as ours."),
    "no-shares": lambda p: _("Nobody holds a share yet."),
    "no-writer": lambda p: _("A musical work needs an author or a composer."),
    "right-complete": lambda p: _("%(right)s is complete.", **p),
    "no-latin-title": lambda p: _("The title has no accepted Latin form."),
    "latin-title": lambda p: _("The title can be read by partners."),
    "no-latin-name": lambda p: _("%(name)s has no accepted Latin name.", **p),
    "no-ipi": lambda p: _("The right holder of line %(line)s has no IPI number.", **p),
}


def status_words(status: str) -> tuple[str, str]:
    """A work's own status as word and kind."""
    return {
        "draft": (_("draft"), "wait"),
        "registered": (_("registered"), "ok"),
        "withdrawn": (_("withdrawn"), "off"),
    }.get(status, (status, "wait"))


def answer_words(status: str) -> tuple[str, str]:
    """A partner's status as words and kind."""
    if status in _NOT_SENT:
        return _NOT_SENT[status](), "bad"
    return tables.acknowledgement_statuses.name(status, language()), KINDS.get(status, "info")


_NOT_SENT: Mapping[str, Callable[[], str]] = {
    "refused": lambda: _("refused by the gateway"),
    "not-expressible": lambda: _("cannot be sent in the partner's format"),
    "no-latin-title": lambda: _("needs an accepted Latin form"),
}
"""What is said of a work that the partner never got."""


def partner_name(partner: str) -> str:
    """A partner as people call it."""
    return _("gateway") if partner == "gateway" else PARTNERS.get(partner, partner)


def detail_label(name: str) -> str:
    """The label of a detail field; unknown ones are shown by their own name."""
    label = _DETAILS.get(name)
    return label() if label else name.replace("_", " ").capitalize()


_DETAILS: Mapping[str, Callable[[], str]] = {
    "acts": lambda: _("Acts"),
    "based_on": lambda: _("Based on"),
    "catalogue_number": lambda: _("Catalogue number"),
    "colour": lambda: _("Colour"),
    "composite_type": lambda: _("Composite type"),
    "copyright_date": lambda: _("Copyright date"),
    "copyright_number": lambda: _("Copyright number"),
    "country_of_production": lambda: _("Country of production"),
    "country_of_recording": lambda: _("Country of recording"),
    "duration": lambda: _("Duration"),
    "edition": lambda: _("Edition"),
    "episode": lambda: _("Episode"),
    "excerpt_type": lambda: _("Excerpt type"),
    "first_broadcast_on": lambda: _("First broadcast on"),
    "first_performed_on": lambda: _("First performed on"),
    "genre": lambda: _("Genre"),
    "grand_rights_indicator": lambda: _("Grand rights"),
    "instrumental": lambda: _("Instrumental"),
    "label": lambda: _("Record label"),
    "language": lambda: _("Language"),
    "linked_work_title": lambda: _("Title of the linked work"),
    "lyric_adaptation": lambda: _("Adaptation of the words"),
    "music_arrangement": lambda: _("Arrangement of the music"),
    "musical_work_distribution_category": lambda: _("Category"),
    "notation": lambda: _("Notation"),
    "opus_number": lambda: _("Opus number"),
    "pages": lambda: _("Pages"),
    "place": lambda: _("Place"),
    "platform": lambda: _("Platform"),
    "production_year": lambda: _("Year of production"),
    "publication_year": lambda: _("Year of publication"),
    "published_in": lambda: _("Published in"),
    "published_on": lambda: _("Published on"),
    "publisher_name": lambda: _("Publisher"),
    "recorded_indicator": lambda: _("Recorded"),
    "recorded_on": lambda: _("Recorded on"),
    "recording_year": lambda: _("Year of recording"),
    "release_number": lambda: _("Release number"),
    "season": lambda: _("Season"),
    "taken_on": lambda: _("Taken on"),
    "technique": lambda: _("Technique"),
    "text_music_relationship": lambda: _("Words and music"),
    "version": lambda: _("Version"),
    "version_type": lambda: _("Original or modified"),
    "with_music": lambda: _("With music"),
}


def field_words(field: str) -> str:
    """A changed field as people call it."""
    first, *rest = field.split(".")
    line = rest[0] if rest and rest[0].isdigit() else ""
    last = rest[-1] if rest else ""
    if first == "interests" and "shares" in rest and "collection" not in rest:
        return str(_("%(right)s of line %(line)s", right=tables.rights.name(last, language()), line=line))
    if first == "interests":
        named = {"party": _("Right holder of line %(line)s", line=line), "role": _("Role of line %(line)s", line=line)}
        return str(named.get(last) or _("Details of line %(line)s", line=line))
    if first in ("titles", "names") and last in ("accepted", "language", "kind"):
        parts: dict[str, str] = {"accepted": _("Accepted"), "language": _("Language"), "kind": _("Type")}
        return parts[last]
    if first == "details":
        return detail_label(last)
    if first == "identifiers":
        return last.upper() if not line else _("Number")
    plain: dict[str, str] = {"titles": _("Title"), "names": _("Name"), "societies": _("Society"), "status": _("State")}
    plain |= {"conflict": _("Conflict"), "birth_date": _("Birth date")}
    return plain.get(first, field)


def history_words(entry: Entry) -> tuple[str, str]:
    """One line of the history: what, and from what to what."""
    if entry.action == "seen":
        return _("Birth date was read"), entry.new or ""
    if entry.action == "told-apart":
        return _("Told apart from"), entry.new or ""
    what, old, new = field_words(entry.field), _value(entry.field, entry.old), _value(entry.field, entry.new)
    if old and new:
        return what, _("%(old)s to %(new)s", old=old, new=new)
    return what, new or _("%(old)s removed", old=old)


def _value(field: str, value: str | None) -> str:
    """A value as people write it: yes and no, numbers with their marks."""
    first, *rest = field.split(".")
    if first == "identifiers" and len(rest) == 1:
        return written(rest[0], value or "")
    said: dict[str, str] = {"Y": _("yes"), "N": _("no")}
    return said.get(value or "", value or "")
