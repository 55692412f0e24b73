"""Bytes to lines: encodings as senders really use them, and lines no record could fill."""

import io

import pytest

from formats.lines import LONGEST_LINE, Lines

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        (b"ABC", "ascii", "ABC"),
        ("ÉTÉ".encode(), "utf-8", "ÉTÉ"),
        (BOM + "ÉTÉ".encode(), "utf-8-sig", "ÉTÉ"),
        (BOM + b"ABC", "utf-8-sig", "ABC"),
        ("ÉTÉ".encode("latin-1"), "cp1252", "ÉTÉ"),
        (BOM + "ÉTÉ".encode("latin-1"), "cp1252-bom", "ÉTÉ"),
        ("ŒUVRE €".encode("cp1252"), "cp1252", "ŒUVRE €"),
        (b"A\x81B", "cp1252", "A\x81B"),
        ("É".encode()[:1], "cp1252", "Ã"),
    ],
)
def test_the_encoding_is_settled_before_the_first_line(content: bytes, encoding: str, text: str) -> None:
    lines = Lines(io.BytesIO(content + b"\r\n"))
    assert (lines.encoding, list(lines)) == (encoding, [(1, text)])


def test_an_accent_at_the_end_of_a_large_file_counts() -> None:
    lines = Lines(io.BytesIO(b"A" * 80 + b"\n" + b"B\n" * 1_500_000 + "É".encode()))
    assert lines.encoding == "utf-8"
    *_, last = lines
    assert last == (1_500_002, "É")


def test_line_ends_of_every_kind_and_a_last_line_without_one() -> None:
    assert list(Lines(io.BytesIO(b"A\r\nB\nC"))) == [(1, "A"), (2, "B"), (3, "C")]
    assert list(Lines(io.BytesIO(b"A\r\n\r\nB\r\n"))) == [(1, "A"), (2, ""), (3, "B")]
    assert list(Lines(io.BytesIO(b""))) == []


@pytest.mark.parametrize("length", [LONGEST_LINE + 1, 3_000_000])
@pytest.mark.parametrize("end", [b"\r\n", b""])
def test_a_line_that_is_too_long_is_cut_and_the_next_one_keeps_its_number(length: int, end: bytes) -> None:
    lines = Lines(io.BytesIO(b"A\r\n" + b"X" * length + b"\r\nB" + end))
    found = list(lines)
    assert [(number, text[:1], len(text)) for number, text in found] == [
        (1, "A", 1),
        (2, "X", LONGEST_LINE),
        (3, "B", 1),
    ]
    assert lines.too_long == [2]


def test_lines_with_nul_characters_are_remembered() -> None:
    lines = Lines(io.BytesIO(b"A\r\nB\0B\r\n"))
    assert [text for _, text in lines] == ["A", "B\0B"]
    assert lines.with_nul == {2: 2}
