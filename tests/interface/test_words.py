"""Words without the web, and a catalogue that is complete in every language we promise."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from interface import words

ROOT = Path(__file__).parents[2]
PROMISED = ("fr", "es", "pt")


def test_words_and_sentences_load_no_web_and_no_database_package():
    code = (
        "import sys, interface.words, interface.sentences\n"
        "print(interface.sentences.sentence('KORA-UNKNOWN-FORMAT', {}, 'en'))\n"
        "print([m for m in ('flask', 'sqlalchemy', 'jinja2', 'wtforms', 'kombu', 'werkzeug') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_language_without_a_catalogue_speaks_english():
    assert words.translator("xx").gettext("Skip to content") == "Skip to content"


def test_a_source_is_read_when_nothing_was_compiled(tmp_path, monkeypatch):
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kora.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
        'msgid "Undo"\nmsgstr "Annuler"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    words.translator.cache_clear()
    assert words.translator("fr").gettext("Undo") == "Annuler"
    words.translator.cache_clear()


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    """Every string marked for translation in the product."""
    return {message for _, _, message, _, _ in extracted()}


def extracted():
    options = {"**/templates/**.html": {"encoding": "utf-8"}}
    for package in ("interface", "gateway", "local_node", "formats", "mappings", "connectors", "queues"):
        yield from extract_from_dir(
            ROOT / package,
            method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
            options_map=options,
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
