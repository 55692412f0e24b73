"""Invented works in every creation class. Parts are ``key:role:performing:mechanical``, ``!`` for somebody else's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """One invented work. ``own`` is its title in another script, with script and language."""

    title: str
    parts: str
    creation_class: str = "MW"
    own: tuple[str, str, str] | None = None
    language: str | None = None
    details: str = ""
    latin_accepted: bool = True


POP = "musical_work_distribution_category=POP duration=00:03:42"

OF_A = (
    Piece("SONG OF THE RIVER", "salem:C:25:25 ndiaye:A:25:25 keita:CA:50:50", language="en", details=POP),
    Piece(
        "UGHNIYAT AN NAHR",
        "salem:C:50:50 ndiaye:A:50:50",
        own=("أغنية النهر", "Arab", "ar"),
        language="ar",
        details=POP,
    ),
    Piece("PESNYA O MORE", "kovaleva:CA:100:100", own=("Песня о море", "Cyrl", "ru"), language="ru", details=POP),
    Piece("YETEBAY LELIT", "tesfaye:CA:100:100", own=("የጠባይ ሌሊት", "Ethi", "am"), language="am", details=POP),
    Piece("HARBOUR LIGHTS AT NOON", "keita:C:50:0 okafor:A:0:0 rive:E:50:100", language="en", details=POP),
    Piece("CANCAO DA ILHA", "prata:C:50:50 solano:A:50:50", language="pt", details=POP),
    Piece("TO PALIO KARAVI", "papadaki:CA:100:100", own=("Το παλιό καράβι", "Grek", "el"), language="el", details=POP),
    Piece("Layl Tawil", "haddad:CA:100:100", own=("ليل طويل", "Arab", "ar"), latin_accepted=False, details=POP),
    Piece("THE FISHERMEN", "solano:DIR:60:60 prata:SCR:40:40", "AD", details="duration=00:52:00 production_year=2025"),
    Piece("A HOUSE WITHOUT CLOCKS", "okafor:DIR:50:50 solano:SCR:50:50", "AF", details="duration=01:34:10"),
    Piece("SONG OF THE RIVER, THE VIDEO", "solano:DIR:100:100", "AM", details="duration=00:03:45"),
    Piece("TWENTY-ONE STRINGS", "okafor:DIR:70:70 prata:DLG:30:30", "AV", details="duration=00:12:30"),
    Piece("DANCE OF THE WELL", "min:CHO:100:100", "CW", details="with_music=Y"),
    Piece("THE MARKET OPERA", "hayashi:C:50:50 papadaki:LIB:50:50", "DM", details="acts=3"),
    Piece("THE LAST FERRY", "papadaki:A:100:100", "DW", details="acts=2"),
    Piece("SALT AND THREAD", "sharma:A:90:90 lantern:PUB:10:10", "LF", details="publication_year=2024 pages=212"),
    Piece("A SHORT BOOK OF TIDES", "sharma:A:100:100", "LN", details="publication_year=2023"),
    Piece("SONG OF THE RIVER, WORDS", "ndiaye:A:100:100", "LS", details="pages=2"),
    Piece("LETTERS FROM THE DELTA", "okafor:A:100:100", "LW", details="publication_year=2022"),
    Piece("WALKING MAP OF SOUNDS", "min:DES:50:50 hayashi:C:50:50", "MM", details="platform=web"),
    Piece("BOATS AT DAWN", "sharma:PHO:100:100", "PH", details="colour=colour taken_on=2025-02-11"),
    Piece("NIGHT SHIFT AT RADIO KUNTA", "okafor:A:60:60 prata:SPK:40:40", "RW", details="duration=00:28:00"),
    Piece("SONG OF THE RIVER, SCORE", "keita:C:80:80 rive:E:20:20", "SM", details="pages=6"),
    Piece("SONG OF THE RIVER, RECORDING", "choir:ENS:50:50 delta:PHP:50:50", "SR", details="duration=00:03:42"),
)

OF_B = (
    Piece("SONG OF THE RIVER", "salem:C:40:40! ndiaye:A:20:20 keita:CA:40:40", language="en", details=POP),
    Piece("KAIRA FOR MY MOTHER", "jallow:CA:100:100", details=POP),
    Piece("NAIROBI AFTER RAIN", "mwangi:C:50:0 jallow:A:0:0 baobab:E:50:100", language="en", details=POP),
    Piece("SNEG I PESOK", "kovaleva:CA:100:100", own=("Снег и песок", "Cyrl", "ru"), language="ru", details=POP),
    Piece("THREE DRUMS", "mwangi:DIR:100:100", "AV", details="duration=00:08:00"),
)
"""The first is also a work of the other office, with the same writers and other shares."""
