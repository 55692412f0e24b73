"""Letters of titles and names, and what stands for those the CIS character set does not have."""

import pytest

from formats import characters


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Ärger mit Å und ß", "titles", "AERGER MIT AA UND SS"),
        ("Niño", "titles", "NINO"),
        ("Niño", "national_titles", "NIÑO"),
        ("SØREN", "names", "SOEREN"),
        ("DIALLO, AWA", "names", "DIALLO, AWA"),
        ('"QUOTED"', "names", "QUOTED"),
        ("Ωδή", "titles", "ODI"),
        ("ŁÓDŹ", "titles", "LODZ"),
    ],
)
def test_other_letters_are_replaced(text: str, kind: str, expected: str) -> None:
    assert characters.fold(text, kind) == expected


def test_what_is_folded_is_allowed() -> None:
    everything = "".join(chr(number) for number in range(32, 0x2000))
    for kind in characters.CLASSES:
        assert characters.outside(characters.fold(everything, kind), kind) == ""


def test_letters_outside_are_named_once_each() -> None:
    assert characters.outside("ÉTÉ a", "titles") == "Éa"


def test_an_unknown_class_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="no class of fields"):
        characters.fold("A", "colours")
