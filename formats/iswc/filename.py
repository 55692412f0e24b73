"""Names of the files of the ISWC network.

EDI: ``ISWC`` with the instant, receiver, sender and an extension that practice does not agree on. JSON:
``iswc_YYYY-MM-DDTHH-MM-SS_RRR_SSS_descriptor.json``. Instants are UTC, 315 is the ISWC database.
Source: design documents SPE_20190806 and SPE_20191118.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_EDI = re.compile(r"ISWC(?P<at>\d{14})(?P<receiver>[0-9A-Z]{3})(?P<sender>[0-9A-Z]{3})\.(?P<rest>[0-9A-Z]{3})",
                  re.ASCII | re.IGNORECASE)  # fmt: skip
_JSON = re.compile(
    r"iswc_(?P<at>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)_(?P<receiver>[0-9A-Z]{3})_(?P<sender>[0-9A-Z]{3})"
    r"(?:_(?P<rest>[^/\\]{1,100}))?\.json",
    re.ASCII | re.IGNORECASE,
)
EXTENSIONS = {"03.00": "030", "02.00": "020"}
FROM_LOCAL_RANGE = "FromLocalRange"
"""In the descriptor of files that register numbers allocated by the agency itself."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a file name says; ``rest`` is the extension (EDI) or the descriptor (JSON)."""

    at: datetime
    receiver: str
    sender: str
    rest: str | None


def build_edi(at: datetime, *, receiver: str, sender: str, version: str = "03.00") -> str:
    """The name of an EDI file.

    >>> build_edi(datetime(2007, 1, 1, 8, 1, tzinfo=UTC), receiver="315", sender="101")
    'ISWC20070101080100315101.030'
    """
    return f"ISWC{at.astimezone(UTC):%Y%m%d%H%M%S}{receiver}{sender}.{EXTENSIONS[version]}"


def build_json(at: datetime, *, receiver: str, sender: str, descriptor: str | None = None) -> str:
    """The name of a JSON file.

    >>> build_json(datetime(2026, 1, 5, 10, 11, 12, tzinfo=UTC), receiver="315", sender="021")
    'iswc_2026-01-05T10-11-12_315_021.json'
    """
    end = f"_{descriptor}" if descriptor else ""
    return f"iswc_{at.astimezone(UTC):%Y-%m-%dT%H-%M-%S}_{receiver}_{sender}{end}.json"


def parse(name: str) -> Name:
    """The parts of a name, with or without ``.zip``. Raises ValueError.

    >>> parse("ISWC20070101080100315101.CSN").sender
    '101'
    """
    plain = name[:-4] if name.lower().endswith(".zip") else name
    for pattern, form in ((_EDI, "%Y%m%d%H%M%S"), (_JSON, "%Y-%m-%dT%H-%M-%S")):
        if found := pattern.fullmatch(plain):
            at = datetime.strptime(found["at"], form).replace(tzinfo=UTC)
            return Name(at, found["receiver"].upper(), found["sender"].upper(), found["rest"])
    raise ValueError(f"no file name of the ISWC network: {name}")
