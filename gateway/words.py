"""Words of the console: states and steps as a person reads them."""

from flask_babel import gettext as _


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
    steps: dict[str, str] = {
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


def member_state(state: str) -> tuple[str, str]:
    """Word and kind of a node's state."""
    states = {
        "added": (_("waits for the node"), "wait"),
        "pending": (_("waits for your approval"), "warn"),
        "active": (_("let in"), "ok"),
        "suspended": (_("kept out"), "bad"),
    }
    return states.get(state, (state, "wait"))


def direction_word(direction: str) -> str:
    """Where a message or a file goes, seen from the gateway."""
    return str(_("sent") if direction == "out" else _("received"))


def operation_word(operation: str) -> str:
    """What a partner was called for."""
    return str(_("hand over") if operation == "send" else _("ask for news"))


def failure_word(failure_class: str | None) -> tuple[str, str]:
    """Word and kind of the end of a call; the classes say what becomes of it."""
    classes = {
        "F1": (_("line"), "wait"),
        "F2": (_("partner busy"), "wait"),
        "F3": (_("fault of the partner"), "wait"),
        "F4": (_("our request"), "bad"),
        "F5": (_("no access"), "warn"),
        "F6": (_("fault of ours"), "bad"),
        "F7": (_("conflict"), "bad"),
        "F8": (_("not known whether it arrived"), "bad"),
    }
    return (_("done"), "ok") if failure_class is None else classes.get(failure_class, (failure_class, "bad"))


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
