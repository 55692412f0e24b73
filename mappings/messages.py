"""The vocabulary: message type -> model of ``data`` -> one sentence.

``data`` is the full public state of a record. Within a version fields are only added, with defaults; readers ignore
fields they do not know. Every type has a stored example under ``tests/samples/messages/`` that must parse for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mappings.model import Acknowledged, Assigned, Party, Reason, Refusal, Work

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class MessageType:
    """One row of the vocabulary."""

    name: str
    model: type[Any]
    sentence: str
    """What happened, for people who read the code or the manual."""

    @property
    def schema(self) -> str:
        """The value of the envelope's ``dataschema``."""
        return f"urn:kora:schema:{self.model.__name__.lower()}:1.0"


VOCABULARY: Mapping[str, MessageType] = {
    row.name: row
    for row in (
        MessageType("kora.party.registered.v1", Party, "A right owner was registered."),
        MessageType("kora.party.updated.v1", Party, "A right owner was changed."),
        MessageType("kora.work.registered.v1", Work, "A work was registered."),
        MessageType("kora.work.updated.v1", Work, "A work was changed."),
        MessageType("kora.work.withdrawn.v1", Work, "A work was withdrawn."),
        MessageType("kora.work.acknowledged.v1", Acknowledged, "A partner answered about a work."),
        MessageType("kora.identifier.assigned.v1", Assigned, "A number was given to a record."),
        MessageType("kora.message.refused.v1", Refusal, "A message could not be used."),
    )
}


class UnknownMessageType(LookupError):
    """No row of the vocabulary has this name; the message is kept and can be read by a later version."""


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(model: type[Any]) -> TypeAdapter[Any]:
    """The adapter of a model, built once because building is slow."""
    if model not in _ADAPTERS:
        _ADAPTERS[model] = TypeAdapter(model)
    return _ADAPTERS[model]


def to_json(value: Any) -> dict[str, Any]:
    """A model value as JSON data; what is empty or at its default is left out, so messages stay small."""
    dumped: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)
    return dumped


def from_json(model: type[M], data: Mapping[str, Any]) -> M:
    """JSON data as a model value; unknown fields are ignored.

    Raises pydantic.ValidationError with one entry per wrong field.
    """
    value: M = _adapter(model).validate_python(dict(data))
    return value


def read(name: str, data: Mapping[str, Any]) -> Any:
    """The data of a message of one type as a value of that type's model.

    Raises UnknownMessageType, or pydantic.ValidationError with one entry per wrong field.
    """
    if name not in VOCABULARY:
        raise UnknownMessageType(name)
    return from_json(VOCABULARY[name].model, data)


def reasons(error: ValidationError) -> tuple[Reason, ...]:
    """Why data could not be read, one reason per wrong field, without the wrong values themselves."""
    return tuple(
        Reason(entry["type"], ".".join(str(part) for part in entry["loc"]) or None, entry["msg"])
        for entry in error.errors(include_url=False, include_context=False, include_input=False)
    )
