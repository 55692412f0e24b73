"""Names of countries, languages, scripts and currencies as the Unicode CLDR has them."""

from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

Kind = Literal["territories", "languages", "scripts", "currencies"]


@lru_cache(maxsize=32)
def _locale(lang: str) -> Locale | None:
    try:
        return Locale.parse(lang.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


def cldr_name(kind: Kind, code: str, lang: str) -> str | None:
    """The name of a code in a language such as ``fr`` or ``pt_BR``; None when the CLDR has none."""
    locale = _locale(lang)
    if locale is None:
        return None
    name: str | None = getattr(locale, kind).get(code)
    return name
