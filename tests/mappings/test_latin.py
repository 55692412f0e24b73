"""Scripts, Latin proposals and search keys."""

import pytest

from mappings.latin import folded, script_of, suggest_latin


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Amadou Diallo", "Latn"),
        ("فاطمة الزهراء", "Arab"),
        ("Владимир", "Cyrl"),
        ("张伟", "Hani"),
        ("さくらの歌", "Jpan"),
        ("김민준", "Hang"),
        ("አበበ", "Ethi"),
        ("Ｆｕｌｌ", "Latn"),
        ("1984", "Latn"),
        ("Song 春", "Latn"),
        ("", "Latn"),
    ],
)
def test_script_is_the_one_most_letters_are_in(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("张伟", "Zhang Wei"),
        ("Владимир Иванов", "Vladimir Ivanov"),
        ("አበበ", "Abebe"),
        ("عبد  الله", "Abd Allah"),
        ("أغنية الصباح", "Aghniya al-Sbah"),
        ("محمد علي ولد سالم", "Mhmd Ali Wld Salm"),
        ("ياسمين", "Yasmin"),
        ("سعيد", "Said"),
        ("نُورٌ", "Nur"),
        ("کتاب", "Ktab"),
        ("José Ångström", "Jose Angstrom"),
    ],
)
def test_latin_proposal_is_ascii_and_begins_words_with_capitals(text: str, latin: str) -> None:
    assert suggest_latin(text) == latin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ærø Straße", "AERO STRASSE"),
        ("L’Été à Genève", "lete a geneve"),
        ("أحمد إبراهيم", "احمد ابراهيم"),
        ("فاطمة", "فاطمه"),
        ("مُحَمَّد", "محمد"),
        ("علی", "علي"),
        ("Op. ١٢", "op 12"),
        ("Ｔｏｋｙｏ", "tokyo"),
        ("Nguyễn", "nguyen"),
        ("Jean-Luc", "jean luc"),
    ],
)
def test_texts_people_call_the_same_have_one_key(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("कि", "कु"), ("が", "か"), ("Maria", "Mario")])
def test_marks_that_are_letters_keep_texts_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_a_key_folds_to_itself() -> None:
    for text in ("Ärger & Söhne", "أُغْنِيَة", "İstanbul", "김민준", "①②"):
        assert folded(folded(text)) == folded(text)
