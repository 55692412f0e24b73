"""What the mapping has to say besides its result: why a work cannot be sent, and what was changed so that it can."""

from dataclasses import dataclass


class CannotBeSent(Exception):
    """A work that CWR cannot carry as it stands. ``status`` is the answer the node shows.

    ``code`` says why in one word for a sentence to be made of; ``field`` is the place in the work, such as
    ``interests.2.party``.
    """

    status = ""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__(f"{code} at {field}" if field else code)
        self.code = code
        self.field = field


class NotExpressible(CannotBeSent):
    """CWR 2.x has no way to say this (another creation class, a withdrawal, a role or number it does not know)."""

    status = "not-expressible"


class NoLatinTitle(CannotBeSent):
    """A title or a name has no Latin form that a person typed or accepted."""

    status = "no-latin-title"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between a work and what is written of it, to be shown before sending.

    ``code`` is letters-replaced, cut, share-rounded, left-out, default or publisher-not-controlled.
    """

    code: str
    record: str
    field: str
    value: str
    written: str
