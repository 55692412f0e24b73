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
        "paused": (_("paused"), "wait"),
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


def condition_word(kind: str) -> str:
    """What an alert tells of."""
    conditions: dict[str, str] = {
        "unanswered": _("messages sent and not confirmed for 15 minutes"),
        "silent": _("not heard for 24 hours"),
        "gap": _("a message is missing for 10 minutes"),
        "chain-mismatch": _("the chain of messages is broken"),
        "nodeseq-conflict": _("a number was used for two messages"),
        "skipped-superseded": _("a missing message was passed over"),
        "clock": _("the clock differs by more than 5 minutes"),
        "canary": _("the canary took longer than a minute"),
        "partner": _("the partner cannot be reached"),
        "parked": _("something is parked for an hour"),
        "unread": _("nobody reads a queue with messages"),
        "nearly-full": _("a queue is nearly full"),
        "broker": _("the broker cannot be reached"),
        "certificate": _("a certificate ends within 30 days"),
        "standing-still": _("no process carries messages"),
    }
    return conditions.get(kind, str(_("a signed message failed the check %(code)s", code=kind)))


def action_word(action: str) -> str:
    """What an operator did."""
    actions: dict[str, str] = {
        "run-again": _("Run again"),
        "rerun-stopped": _("Group stopped"),
        "gave-up": _("Given up"),
        "paused": _("Paused"),
        "resumed": _("Resumed"),
        "body-shown": _("Content shown"),
        "file-shown": _("File downloaded"),
        "content-searched": _("Content searched"),
        "node-added": _("Code given"),
        "node-approved": _("Let in"),
        "node-suspended": _("Kept out"),
        "key-revoked": _("Key revoked"),
        "canary-sent": _("Canary sent"),
        "acknowledged": _("Alert acknowledged"),
        "audit-exported": _("Audit downloaded"),
    }
    return actions.get(action, action)


def foreseen_word(end: str) -> tuple[str, str]:
    """Word and kind of what would happen to a parked thing that runs again."""
    ends = {
        "applied": (_("would be applied"), "ok"),
        "stale": (_("would be left, a newer state is there"), "ok"),
        "registered": (_("would go out as a first registration"), "ok"),
        "revised": (_("would go out as a revision"), "ok"),
        "refused": (_("would be refused"), "bad"),
        "parked": (_("would be parked again"), "bad"),
        "no-turn": (_("cannot run again"), "bad"),
        "waits-paused": (_("would wait, the partner is paused"), "wait"),
        "waits-circuit": (_("would wait, the partner is not reachable"), "wait"),
        "waits-set-up": (_("would wait, the partner is not set up"), "wait"),
        "waits-answer": (_("would wait for the answer before it"), "wait"),
    }
    return ends.get(end, (end, "wait"))


def remedy(what: str, reason: str) -> str:
    """What usually helps against a cause of parking, and what is to be done first."""
    messages: dict[str, str] = {
        "handler-failed": _(
            "The gateway failed on these messages. Look what would happen now; after a repair run the group again."
        ),
        "delivery-limit": _(
            "The gateway ended again and again while it handled these. Read its log, then run a single one again."
        ),
        "bad-schema": _("These cannot be read. The node needs a newer release; then give them up."),
        "nodeseq-conflict": _("The node uses numbers anew, as after a restored backup. Call it, then give these up."),
        "chain-mismatch": _("The node's chain is broken. Call it before anything else, then give these up."),
    }
    work: dict[str, str] = {
        "F3": _("The partner failed for a day. Ask there, then run a single one again, then the group."),
        "F4": _("What we send is wrong. Look at the partner's settings and at the rule it names, then run again."),
        "F5": _("The partner does not let us in. Look at the access, then run the group again."),
        "F6": _("The gateway failed on these records. After a repair run the group again."),
        "F7": _("The record was changed on both sides. Ask the society which of the two holds."),
        "F8": _("Nobody knows whether these arrived. Ask the partner before you run them again."),
    }
    known = messages if what == "message" else work
    return known.get(reason, str(_("Open one of them and read its life line before you decide.")))


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
