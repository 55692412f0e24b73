"""Whatever the fields of whatever record hold: written, read, and written again it says the same."""

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.fixed_width import DAY, NUMBER, SHARE, Field
from formats.ipi import Reader, Record, write
from formats.ipi.fields import NAME_LETTERS
from formats.ipi.lists import FIELDS
from formats.ipi.records import LAYOUTS
from formats.ipi.roundtrip import compare
from formats.ipi.standard import CODES, CONTROLS, SHAPES
from tests.builders import an_ipi, an_ipi_base
from tests.formats.ipi.made import header, make

PLAIN = st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"])
VALUES: dict[str, st.SearchStrategy[str]] = {
    "ipi_base": st.integers(1, 999_999_998).map(an_ipi_base),
    "ipi_name": st.integers(1, 999_999_998).map(an_ipi),
    "society": st.integers(1, 999).map("{:03d}".format),
    "tisn": st.integers(1, 9999).map("{:04d}".format),
    "time": st.times().map("{:%H%M%S}".format),
    **{name: st.sampled_from(sorted(known)) for name, known in CODES.items()},
}


def values(field: Field) -> st.SearchStrategy[Any]:
    """Any value the field may have."""
    if field.kind == DAY:
        value: st.SearchStrategy[Any] = st.dates(date(1000, 1, 1), date(9999, 12, 31))
    elif field.kind == SHARE:
        return st.integers(1, 10_000)
    elif field.kind == NUMBER:
        return st.integers(0, 10**field.width - 1)
    elif field.table in VALUES:
        value = VALUES[field.table]
    else:
        letters = (
            st.sampled_from(sorted(NAME_LETTERS))
            if field.table in {"name", "creation_class", "role", "right"}
            else PLAIN
        )
        value = st.text(letters, min_size=1, max_size=field.width).filter(
            lambda text: text == text.rstrip() and text.strip()
        )
    return value if field.required else st.none() | value


def records(tag: str) -> st.SearchStrategy[Record]:
    fields = {name: values(field) for name, field in LAYOUTS[tag].FIELDS.items()}
    return st.fixed_dictionaries(fields).map(lambda said: make(tag, **said))


@pytest.mark.parametrize("kind", sorted(SHAPES))
@settings(max_examples=15)
@given(data=st.data())
def test_every_transaction_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    details = sorted(SHAPES[kind].allowed | set(FIELDS if kind == "IDA" else ()))
    tags = data.draw(st.lists(st.sampled_from(details), max_size=6))
    transaction = [data.draw(records(kind)), *(data.draw(records(tag)) for tag in tags)]
    content = b"".join(write(header(), [(kind, [transaction])], padded=206))
    reader = Reader(io.BytesIO(content), rules=False)
    (read,) = list(reader)
    assert reader.problems == []
    assert [each for each in read.problems if each.level == "error"] == []
    assert read.records == transaction
    assert reader.header is not None
    assert b"".join(write(reader.header, [(kind, [read.records])], padded=206)) == content
    assert compare(io.BytesIO(content)) is None


def test_every_record_type_is_in_some_transaction() -> None:
    inside = {tag for shape in SHAPES.values() for tag in shape.allowed}
    assert set(LAYOUTS) == inside | set(SHAPES) | CONTROLS
