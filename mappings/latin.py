"""Scripts and their Latin forms: which script a text is in, a first Latin form of it, and the key people search by.

A Latin form made here is a proposal. Callers keep it with ``accepted=False`` until a person has accepted it, because
no partner may receive a name that nobody has looked at.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from anyascii import anyascii

LATIN = "Latn"

_SCRIPTS = {
    "ARABIC": "Arab", "ARMENIAN": "Armn", "BENGALI": "Beng", "BOPOMOFO": "Bopo", "CHEROKEE": "Cher", "CJK": "Hani",
    "COPTIC": "Copt", "CYRILLIC": "Cyrl", "DEVANAGARI": "Deva", "ETHIOPIC": "Ethi", "GEORGIAN": "Geor", "GREEK": "Grek",
    "GUJARATI": "Gujr", "GURMUKHI": "Guru", "HANGUL": "Hang", "HEBREW": "Hebr", "HIRAGANA": "Hira", "KANNADA": "Knda",
    "KATAKANA": "Kana", "KHMER": "Khmr", "LAO": "Laoo", "LATIN": "Latn", "MALAYALAM": "Mlym", "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr", "NKO": "Nkoo", "ORIYA": "Orya", "SINHALA": "Sinh", "SYRIAC": "Syrc", "TAMIL": "Taml",
    "TELUGU": "Telu", "THAANA": "Thaa", "THAI": "Thai", "TIBETAN": "Tibt", "TIFINAGH": "Tfng", "VAI": "Vaii",
}  # fmt: skip
"""First word of a letter's Unicode name to its script (ISO 15924)."""

_WITHOUT_CASE = frozenset(_SCRIPTS.values()) - {"Latn", "Cyrl", "Grek", "Armn", "Copt", "Cher"} | {"Jpan", "Kore"}
_SYLLABLES = re.compile("(?<=[a-z])(?=[A-Z])")
"""Where one Chinese character's Latin form ends and the next begins."""

_ARABIC_VARIANTS = str.maketrans("أإآٱىیئؤةکھ", "اااايييوهكه", "ـ")
"""Spellings people mix, and the stretching line, which says nothing."""
_LATIN_VARIANTS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_ARABIC = {
    "ا": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh",
    "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "غ": "gh", "ف": "f",
    "ڤ": "v", "ق": "q", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "ى": "a",
    "ة": "a", "آ": "a", "أ": "a", "إ": "i",
}  # fmt: skip
"""Letters as names and titles are usually written in Latin; hamza and ain are heard but not written."""
_ARABIC_TEXT = re.compile("[\u0621-\u06ff]+")
_ARABIC_ARTICLE = re.compile("^ال(?=..)")
_ARABIC_VOWELS = frozenset("اىةآأإوي")
_ARABIC_MARKS = re.compile("[ـ\u064b-\u065f\u0670]")
_IGNORED_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed'’ʼ‘`]")
"""Accents, the vowel signs of Hebrew and Arabic, and apostrophes. Marks of other scripts are letters and stay."""


def script_of(text: str) -> str:
    """The script most letters of a text are in, as an ISO 15924 code.

    Japanese and Korean texts that also hold Chinese characters are ``Jpan`` and ``Kore``. A text without letters
    counts as Latin, because it can be sent to partners as it is; letters of a script unknown here give ``Zyyy``.
    """
    counts = Counter(_script_of_letter(letter) for letter in text if letter.isalpha())
    if not counts:
        return LATIN
    if counts.keys() & {"Hira", "Kana"}:
        return "Jpan"
    if "Hang" in counts:
        return "Kore" if "Hani" in counts else "Hang"
    return counts.most_common(1)[0][0]


@lru_cache(maxsize=4096)
def _script_of_letter(letter: str) -> str:
    """The script of one letter; modifier letters and full-width forms are found by what they stand for."""
    for form in (letter, unicodedata.normalize("NFKD", letter)[0]):
        script = _SCRIPTS.get(unicodedata.name(form, "").partition(" ")[0])
        if script:
            return script
    return "Zyyy"


def suggest_latin(text: str, script: str | None = None) -> str:
    """A Latin form of a text, letter by letter, for a person to correct and accept.

    Words of scripts that know no capital letters begin with one, as names and titles do in Latin.
    """
    known = _ARABIC_TEXT.sub(lambda word: _arabic_word(word[0]), unicodedata.normalize("NFC", text))
    latin = " ".join(anyascii(known).replace("`", "").split())
    if (script or script_of(text)) not in _WITHOUT_CASE:
        return latin
    words = _SYLLABLES.sub(" ", latin).replace("'", "").split()
    return " ".join(word if word.startswith("al-") else word[:1].upper() + word[1:] for word in words)


def _arabic_word(word: str) -> str:
    """An Arabic word in Latin letters. Short vowels are not written, so a person has them to add.

    The article stands apart as ``al-``. Waw and yeh are consonants at the beginning and before a vowel, else u and i.
    """
    bare = _ARABIC_MARKS.sub("", word).replace("ک", "ك").replace("ی", "ي").replace("ھ", "ه")
    if bare == "الله":
        return "Allah"
    if _ARABIC_ARTICLE.match(bare):
        rest = _arabic_word(bare[2:])
        return f"al-{rest[:1].upper()}{rest[1:]}"
    return "".join(_arabic_letter(bare, place) for place in range(len(bare)))


def _arabic_letter(word: str, place: int) -> str:
    letter, after = word[place], word[place + 1 : place + 2]
    if letter in "ءئؤ":
        return ""
    if letter == "ع":
        return "a" if (after in _ARABIC_VOWELS) == bool(place) and after != "ا" else ""
    if letter in "وي" and place:
        if after == "ة" and letter == "ي":
            return "iy"
        if not after or after not in _ARABIC_VOWELS:
            return "u" if letter == "و" else "i"
    return _ARABIC.get(letter, letter)


def folded(text: str) -> str:
    """The key a text is found by: without case, accents, vowel signs, punctuation and variant letters.

    Digits of all scripts are equal. Two texts that people would call the same fold to the same key; it is never shown.
    """
    compatible = unicodedata.normalize("NFKC", text).casefold().translate(_ARABIC_VARIANTS).translate(_LATIN_VARIANTS)
    bare = _IGNORED_MARKS.sub("", unicodedata.normalize("NFD", compatible))
    plain = "".join(_folded_character(character) for character in bare)
    return " ".join(unicodedata.normalize("NFC", plain).translate(_ARABIC_VARIANTS).split())


def _folded_character(character: str) -> str:
    """A digit as ASCII, other punctuation as a blank, all else as it is."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return " " if unicodedata.category(character)[0] in "PZ" else character
