"""The catalogue is complete in every language we promise: one word missing and the product is not finished."""

from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from interface import words

ROOT = Path(__file__).parents[2]
PROMISED = ("fr", "es", "pt")
PACKAGES = ("interface", "gateway", "local_node", "formats", "mappings", "connectors", "queues")


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    """Every string marked for translation in the product."""
    return {message for _, _, message, _, _ in extracted()}


def extracted():
    for package in PACKAGES:
        yield from extract_from_dir(
            ROOT / package,
            method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
            options_map={"**/templates/**.html": {"encoding": "utf-8"}},
            keywords=DEFAULT_KEYWORDS,
        )


@pytest.mark.parametrize("language", PROMISED)
def test_every_word_of_the_product_has_its_translation(said, language):
    path = words.FOLDER / language / "LC_MESSAGES" / "kora.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    translated = {
        message.id
        for message in catalogue
        if message.id
        and not message.fuzzy
        and all([message.string] if isinstance(message.string, str) else message.string)
    }
    missing = {message for message in said if message not in translated}
    assert missing == set()


@pytest.mark.parametrize("language", PROMISED)
def test_placeholders_survive_translation(language):
    with (words.FOLDER / language / "LC_MESSAGES" / "kora.po").open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    faults = {message.id: [str(error) for error in message.check(catalogue)] for message in catalogue if message.id}
    assert {key: errors for key, errors in faults.items() if errors} == {}
