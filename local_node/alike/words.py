"""Why records look alike, as sentences."""

from flask_babel import gettext as _

from local_node.alike.rules import Reason
from local_node.identifiers.words import scheme_name, written


def reason_words(one: Reason) -> str:
    """One likeness in the reader's language."""
    if one.code == "same-number":
        scheme, value = one.params["scheme"], one.params["value"]
        return str(_("Both bear the %(scheme)s %(number)s.", scheme=scheme_name(scheme), number=written(scheme, value)))
    if one.code == "same-name":
        return str(_("The name is the same."))
    if one.code == "same-words":
        return str(_("The name has the same words in another order."))
    if one.code == "other-script":
        return str(_("The name is the same in another script: %(name)s.", **one.params))
    if one.code == "name-within":
        return str(_("One name is a part of the other."))
    if one.code == "same-title":
        return str(_("The title is the same."))
    if one.code == "title-other-script":
        return str(_("The title is the same in another script: %(title)s.", **one.params))
    return str(_("%(name)s has a part in both.", **one.params))
