"""Sentences for problem codes: own words first, then the condition, then the family; always whole."""

import re
from pathlib import Path

import pytest

from interface import words
from interface.sentence_tables import SENTENCES
from interface.sentences import sentence, templates

ROOT = Path(__file__).parents[2]
NAMES = {
    *("code", "field", "value", "version", "detail"),  # what any problem may say
    *("batch", "number", "held", "ipi", "role", "class", "share", "territory", "right", "sum"),  # of imports
    *("record", "expected", "transaction"),  # of the register's files
}


@pytest.mark.parametrize(
    ("code", "params", "text"),
    [
        ("NWR-T-011", {}, "The ownership shares of one right must add up to 100 % or to nothing."),
        (
            "NWR-T-011",
            {"value": "98.00"},
            "The ownership shares of one right must add up to 100 % or to nothing. Found: 98.00.",
        ),
        (
            "NWR-T-011",
            {"right": "PR", "sum": "90.00"},
            "The ownership shares of one right must add up to 100 % or to nothing. PR adds up to 90.00.",
        ),
        ("SPU-F-005", {"condition": "given", "field": "publisher_type"}, "publisher_type must be given."),
        (
            "SPU-F-006",
            {"condition": "in_table", "field": "publisher_type", "value": "XX"},
            "publisher_type holds a code that its table does not have: XX.",
        ),
        ("PER-R-001", {}, "The record breaks the rule PER-R-001."),
        ("HDR-F-099", {}, "The header of the file breaks the rule HDR-F-099."),
        ("REC-F-010", {"field": "isrc"}, "The field isrc breaks the rule REC-F-010."),
        ("REC-F-010", {}, "The field – breaks the rule REC-F-010."),
        ("KORA-NEW-THING", {}, "Kora cannot use this part of the file (KORA-NEW-THING)."),
        ("moon", {}, "There is a problem with the code moon."),
        ("check-digit", {}, "The check digit does not fit; most often one digit was mistyped."),
        ("bad-signature", {}, "The signature of the message is wrong."),
    ],
)
def test_a_code_becomes_a_sentence(code, params, text):
    assert sentence(code, params) == text


def test_a_value_with_a_percent_sign_is_only_a_value():
    assert sentence("SPU-F-006", {"condition": "one_of", "field": "f", "value": "%(code)s 5%"}).endswith(
        ": %(code)s 5%."
    )


def test_every_template_is_a_whole_sentence_with_known_names():
    for template in templates():
        assert re.fullmatch(r"[A-Z%].*(\.|\?|: %\(detail\)s)", template), template
        assert set(re.findall(r"%\((\w+)\)s", template)) <= NAMES


def test_a_sentence_comes_in_the_language_of_the_reader(tmp_path, monkeypatch):
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kora.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "%(field)s must be given."\nmsgstr "Falta %(field)s."\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    words.translator.cache_clear()
    assert sentence("SPU-F-005", {"condition": "given", "field": "publisher_type"}, "es") == "Falta publisher_type."
    words.translator.cache_clear()


def literals(package, pattern):
    for path in sorted((ROOT / package).rglob("*.py")):
        yield from re.findall(pattern, path.read_text(encoding="utf-8"))


def test_every_refusal_of_a_message_has_a_sentence_of_its_own():
    refusals = set(literals("queues", r"(?:Untrusted|Refused)\(\s*\"([a-z-]+)\""))
    assert "bad-signature" in refusals
    assert refusals - set(SENTENCES) == set()


def test_every_code_of_our_own_has_a_sentence_of_its_own():
    packages = ("formats", "mappings", "local_node/imports")
    codes = {code for package in packages for code in literals(package, r"\"(KORA-[A-Z0-9-]+)\"")}
    assert codes - set(SENTENCES) == set()


def test_every_reason_why_a_number_is_wrong_has_a_sentence_of_its_own():
    reasons = set(literals("formats/identifiers", r"reason = \"([a-z-]+)\""))
    assert reasons == {"check-digit", "length", "character", "prefix", "placeholder"}
    assert reasons - set(SENTENCES) == set()
