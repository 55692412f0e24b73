"""Words of the console: states and steps as a person reads them."""

from flask_babel import gettext as _

from gateway.members.models import Member


def message_state(state: str) -> tuple[str, str]:
    """Word and kind (colour and shape) of a message's state."""
    states = {
        "new": (_("waits to be sent"), "wait"),
        "sealed": (_("waits to be sent"), "wait"),
        "sent": (_("sent, not confirmed"), "wait"),
        "receipted": (_("arrived"), "ok"),
        "received": (_("received"), "wait"),
        "applied": (_("applied"), "ok"),
        "stale": (_("newer state is there"), "ok"),
        "held": (_("held, one before it is missing"), "warn"),
        "refused": (_("refused"), "bad"),
        "parked": (_("parked"), "bad"),
    }
    return states.get(state, (state, "wait"))


def step_word(step: str) -> str:
    """One moment of a life line."""
    steps = {
        "written": _("Written"),
        "sealed": _("Sealed"),
        "sent": _("Answer sent"),
        "receipted": _("Answer arrived"),
        "received": _("Received"),
        "held": _("Held"),
        "applied": _("Applied"),
        "stale": _("Newer state is there"),
        "refused": _("Refused"),
        "parked": _("Parked"),
        "decided": _("Decided"),
        "routed": _("Routed"),
        "called": _("Call"),
        "handed-over": _("Handed over"),
        "answered": _("Answer"),
    }
    return steps.get(step, step)


def partner_state(state: str) -> tuple[str, str]:
    """Word and kind of a partner's state."""
    states = {
        "working": (_("working"), "ok"),
        "paused": (_("paused"), "wait"),
        "circuit-open": (_("not reachable, tried again later"), "warn"),
        "not-set-up": (_("not set up"), "off"),
    }
    return states.get(state, (state, "wait"))


def member_state(member: Member) -> tuple[str, str]:
    """Word and kind of a node's state."""
    states = {
        "added": (_("waits for the node"), "wait"),
        "pending": (_("waits for your approval"), "warn"),
        "active": (_("let in"), "ok"),
        "suspended": (_("kept out"), "bad"),
    }
    return states.get(member.state, (member.state, "wait"))


def duration(seconds: int | None) -> str:
    """A short span of time: ``4 s``, ``12 min``, ``26 h``, ``3 d``; a dash for nothing."""
    if seconds is None:
        return "–"
    if seconds < 120:
        text = _("%(number)s s", number=seconds)
    elif seconds < 7200:
        text = _("%(number)s min", number=seconds // 60)
    elif seconds < 172800:
        text = _("%(number)s h", number=seconds // 3600)
    else:
        text = _("%(number)s d", number=seconds // 86400)
    return str(text)
