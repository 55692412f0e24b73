"""Words without the web, from a compiled catalogue or from its source."""

import subprocess
import sys
from pathlib import Path

from interface import words

ROOT = Path(__file__).parents[2]


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
