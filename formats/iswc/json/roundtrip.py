"""Proof that reading JSON loses nothing: the document as parsed against the document as we would write it."""

from typing import Any, BinaryIO

from formats.iswc.json import keys
from formats.iswc.json.reading import Reader
from formats.iswc.json.shapes import Place, path
from formats.roundtrip import Difference


def compare(stream: BinaryIO) -> Difference | None:
    """The first difference; lists in their order, objects whatever the order of their keys.

    A key that says nothing (null, an empty text or list) is as good as no key. Without lines to name, a difference
    stands at line and column 0 and shows the path before the value.
    """
    reader = Reader(stream, rules=False)
    if reader.document is None:
        return Difference(1, 1, "no JSON object", "")
    document = {name.strip(): value for name, value in reader.document.items() if name != "$schema"}
    return _difference(document, _written_again(reader), ())


def _written_again(reader: Reader) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for entry in reader:
        groups.setdefault(str(entry.group), []).append(keys.GROUPS[str(entry.group)].write(entry.transaction))
    header = {"fileHeader": keys.HEADER.write(reader.header)} if reader.header else {}
    return {**header, **groups}


def _difference(read: Any, written: Any, place: Place) -> Difference | None:
    if isinstance(read, dict) and isinstance(written, dict):
        names = [name for name in {**read, **written} if _says(read.get(name)) or _says(written.get(name))]
        pairs = [(name, read.get(name), written.get(name)) for name in names]
    elif isinstance(read, list) and isinstance(written, list) and len(read) == len(written):
        pairs = [(at, *pair) for at, pair in enumerate(zip(read, written, strict=True))]
    elif type(read) is type(written) and read == written:
        return None
    else:
        return Difference(0, 0, f"{path(place)}: {read!r}", f"{path(place)}: {written!r}")
    return next(filter(None, (_difference(one, other, (*place, at)) for at, one, other in pairs)), None)


def _says(value: Any) -> bool:
    return value not in (None, "", [])
