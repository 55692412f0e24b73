"""Sentences for problem codes, in the reader's language and without any web package.

``formats`` yields a code and parameters and never a sentence; here the code becomes one. A code of its own sentence
comes first, then the condition a field was held against (parameter ``condition``), then the family of the code.
"""

import re
from collections.abc import Iterator, Mapping

from interface.sentence_tables import CONDITIONS, FAMILIES, FOUND, LEVELS, SENTENCES, SUM, UNKNOWN
from interface.words import translator

_RULE = re.compile(r"[A-Z0-9]{3}-([EGTRF])-\d{3}")


def sentence(code: str, params: Mapping[str, object], lang: str = "en") -> str:
    """What is wrong, as one or two whole sentences.

    ``params`` are those of the problem; ``field`` and ``value`` are used when given. A parameter a sentence asks for
    and does not get is shown as a dash. Codes nobody wrote a sentence for get the one of their family, with the code.
    """
    words = translator(lang)
    given = _Params({"code": code, **params})
    text = words.gettext(_template(code, given)) % given
    if given.get("sum") and "%(sum)s" not in _template(code, given):
        return f"{text} {words.gettext(SUM) % given}"
    if given.get("value") and "%(value)s" not in _template(code, given):
        return f"{text} {words.gettext(FOUND) % given}"
    return text


def templates() -> Iterator[str]:
    """Every template, for the tests of the catalogues."""
    yield from SENTENCES.values()
    yield from CONDITIONS.values()
    yield from FAMILIES.values()
    yield from LEVELS.values()
    yield from (FOUND, SUM, UNKNOWN)


def _template(code: str, params: Mapping[str, object]) -> str:
    if code in SENTENCES:
        return SENTENCES[code]
    condition = CONDITIONS.get(str(params.get("condition", "")))
    if condition is not None:
        return condition
    for beginning, family in FAMILIES.items():
        if code.startswith(beginning):
            return family
    rule = _RULE.fullmatch(code)
    return LEVELS[rule[1]] if rule else UNKNOWN


class _Params(dict[str, object]):
    """Parameters as text; what is missing is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"
