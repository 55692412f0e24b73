"""Words of the audit."""

from flask_babel import gettext as _


def action_words(action: str) -> str:
    """What somebody did."""
    actions: dict[str, str] = {
        "registered": _("registered"),
        "saved": _("draft saved"),
        "updated": _("changed"),
        "withdrawn": _("withdrawn"),
        "undone": _("undone"),
        "attached": _("number attached"),
        "imported": _("imported"),
        "decided": _("decided"),
        "seen": _("read"),
        "told-apart": _("told apart"),
        "signed-in": _("signed in"),
        "not-signed-in": _("could not sign in"),
        "exported": _("downloaded"),
    }
    return actions.get(action, action)


def kind_words(kind: str) -> str:
    """A kind of record."""
    kinds: dict[str, str] = {
        "work": _("Works"),
        "party": _("Right owners"),
        "message": _("Messages"),
        "account": _("People"),
        "class": _("Classes"),
        "office": _("Office"),
        "audit": _("Audit"),
    }
    return kinds.get(kind, kind)
