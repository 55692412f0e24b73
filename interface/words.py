"""Words in the languages of Kora without any web package: one catalogue, domain ``kora``, for the whole product."""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DOMAIN = "kora"
FOLDER = Path(__file__).parent / "translations"


@cache
def translator(language: str) -> NullTranslations:
    """The catalogue of a language with ``gettext`` and ``ngettext``; English words when there is none.

    A compiled catalogue is taken when it is not older than its source; otherwise the source is compiled in memory, so
    a checkout shows its words without a build step.
    """
    source = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and (not source.exists() or compiled.stat().st_mtime >= source.stat().st_mtime):
        with compiled.open("rb") as stream:
            return Translations(stream, domain=DOMAIN)
    if not source.exists():
        return Translations()
    with source.open("rb") as text:
        catalogue = read_po(text, locale=language, domain=DOMAIN)
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return Translations(packed, domain=DOMAIN)
