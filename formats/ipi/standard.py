"""Which records a transaction may and must have, and the codes of the lists that never change.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3, transactions; IS/IP/20 Rev 5, statuses and types of names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "01.00"
CONTROLS = frozenset({"HDR", "GRH", "GRT", "TRL"})
RESULTS = frozenset({"TRS", "DRS"})
"""May stand in any transaction: what the register says to who sent it in."""
NAMES = ("NCN", "MCN", "ONN")

PATRONYM = "PA"
OWN_TYPES = frozenset({"PA", "PP", "OR", "MO"})
SHARED_TYPES = frozenset({"PG", "HR"})
SPELLING_TYPES = frozenset({"DF", "ST"})
TYPES_OF: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("NCN", "NCO"), OWN_TYPES),
    **dict.fromkeys(("MCN", "MCO"), SHARED_TYPES),
    **dict.fromkeys(("ONN", "ONO"), SPELLING_TYPES),
}
"""Which types of name a name record may have."""

CODES: Mapping[str, frozenset[str]] = {
    "ip_type": frozenset("NL"),
    "sex": frozenset("FM"),
    "status_code": frozenset("1234"),
    "name_type": OWN_TYPES | SHARED_TYPES | SPELLING_TYPES,
    "include_exclude": frozenset("IE"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The details of one type of transaction.

    ``once`` may stand once only; of ``one_of`` exactly one must be there.
    """

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset({*self.needs, *self.may, *self.one_of}) | RESULTS


_USED = ("NUN", "MUN", "INN", "IMN")
_UNUSED = ("NUO", "MUO", "INO", "IMO")
_LISTS = (
    *("CCL", "CSC", "IRI", "ISC", "NMT", "RCC", "RIG", "RIS", "RIX", "ROL", "SOC", "SOP"),
    *("TNR", "TNA", "HNR", "HNA"),
)

SHAPES: Mapping[str, Shape] = {
    "IPA": Shape(("BDN",), ("STN", *NAMES, "REN", *_USED, "MAN", "TMA", "NTN"), once=("BDN",)),
    "MAA": Shape(("MAN", "TMA")),
    "NCA": Shape(may=("REN", *_USED), one_of=NAMES),
    "NPA": Shape(("NCN",), ("NCO", "NUN", "REN"), once=("NCO",)),
    "NTA": Shape(("NTN",)),
    "NUA": Shape(may=_USED),
    "REA": Shape(("REN",)),
    "STA": Shape(("STN",)),
    "BDU": Shape(("BDO", "BDN"), once=("BDO", "BDN")),
    "MAU": Shape(("MAO", "MAN", "TMA")),
    "NCU": Shape(may=("NCO", "MCO", "ONO", *NAMES, *_USED, *_UNUSED), once=("NCO", "NCN", "MCO", "MCN", "ONO", "ONN")),
    "NTU": Shape(("NTO", "NTN"), once=("NTO", "NTN")),
    "MAD": Shape(("MAO", "TMA")),
    "NCD": Shape(("MCO",), once=("MCO",)),
    "NTD": Shape(("NTO",)),
    "NUD": Shape(may=_UNUSED),
    "RED": Shape(("REO",)),
    "STD": Shape(("STO",), ("STN",), once=("STO",)),
    "IDA": Shape(may=_LISTS),
    "FRJ": Shape(),
    "GRJ": Shape(),
}
ABOUT_A_PARTY = frozenset(SHAPES) - {"IDA", "FRJ", "GRJ"}
"""Transactions that say something of an interested party."""
