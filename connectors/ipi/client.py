"""The web service of the register: its log of transactions, and single parties as they are now.

Two calls are known from one public consumer: ``getTxLogSummary`` and ``getIPA``. Both only read, so both may be asked
again at any time.
"""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.contract import PartnerFailure, StepFailed
from connectors.ipi.settings import IpiSettings
from connectors.web import Bucket, Redaction, Web, WebAnswer, WebSettings
from formats.fixed_width import Unfit
from formats.ipi import Reader, Transaction
from formats.ipi.records import LogLine
from formats.ipi.writing import ENCODING

MOST_ENTRIES = 300
"""Lines of the log that are asked for at once, as the public consumer does."""
LOG, PARTY = "/getTxLogSummary", "/getIPA"
FIRST_MARK = "19000101000000"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One transaction in the log: when by the register's clock (YYYYMMDDHHMMSS), its type, and whom it is about."""

    at: str
    type: str
    base: str


class IpiClient:
    """Network errors, and answers that are not what was asked for, come as PartnerFailure."""

    def __init__(self, settings: IpiSettings, bucket: Bucket | None = None) -> None:
        self._settings = settings
        self._bucket = bucket
        self._made: Web | None = None

    @property
    def _web(self) -> Web:
        """Made at the first call, because only then the password must be there."""
        if self._made is None:
            url = self._settings.url
            if not url:
                raise PartnerFailure("F5", "settings: the address of the web service is missing")
            signed = base64.b64encode(f"{self._settings.user}:{self._password()}".encode()).decode()
            told = WebSettings(
                url, {"Authorization": f"Basic {signed}"}, Redaction(frozenset({"authorization"})),
                timeout_s=self._settings.timeout_s, ca_file=self._settings.ca_file,
            )  # fmt: skip
            self._made = Web(told, self._bucket)
        return self._made

    def _password(self) -> str:
        path = self._settings.password_file
        if path is None:
            raise PartnerFailure("F5", "settings: the password file is missing")
        try:
            password = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PartnerFailure("F5", f"settings: the password file cannot be read: {type(error).__name__}") from error
        if not password:
            raise PartnerFailure("F5", "settings: the password file is empty")
        return password

    def log_since(self, mark: str, *, most: int = MOST_ENTRIES) -> list[LogEntry]:
        """The oldest entries of the log from an instant on (that second included), in the order of their times.

        Several may bear the time of the last one, and more of them may follow: ask again from that time.
        """
        doing = "reading the log"
        answer = self._web.call("GET", LOG, doing=doing, params={"startTxTs": mark, "maxTx": most})
        _refuse(answer, doing)
        lines = [line for line in answer.content.decode(ENCODING, "replace").splitlines() if line.strip()]
        return sorted((_entry(line, doing) for line in lines), key=lambda entry: entry.at)

    def party(self, base: str) -> Transaction | None:
        """A party as it is now, a transaction IPA; None when the register does not have it.

        Groups of territories are left closed, because a mandate opens them as of its own first day, and no creation
        class is left out, because others than music are administered here too.
        """
        doing = "fetching a party"
        answer = self._web.call("GET", PARTY, doing=doing, params={"ipBaseNr": base, "ExpandedCountry": "false"})
        if answer.status == 404:
            return None
        _refuse(answer, doing)
        if not answer.content.strip():
            return None
        # There is no envelope around it, and what the reader says of that is no concern of ours.
        found = list(Reader(io.BytesIO(answer.content)))
        if not found or any(each.type != "IPA" or each.header.ip_base_number != base for each in found):
            raise PartnerFailure("F3", f"{doing}: the answer is not the party that was asked for")
        return found[0]

    def check(self) -> Mapping[str, str]:
        """Try the access without changing anything. Raises StepFailed, a PartnerFailure."""
        done: dict[str, str] = {}
        step = "settings"
        try:
            _ = self._web
            done[step] = self._settings.user
            step = "reach"
            entries = self.log_since(FIRST_MARK, most=1)
            done[step] = urlsplit(self._settings.url or "").netloc
            done["authenticate"] = self._settings.user
            step = "read"
            done[step] = entries[0].at if entries else "the log is empty"
        except PartnerFailure as failure:
            # Reaching, signing in and reading are one call; the class says which of them failed.
            if step == "reach" and failure.failure_class == "F5":
                done[step], step = urlsplit(self._settings.url or "").netloc, "authenticate"
            raise StepFailed(failure, step, done) from failure
        return done


def _refuse(answer: WebAnswer, doing: str) -> None:
    if answer.status >= 400:
        raise PartnerFailure("F4", f"{doing}: the register answers {answer.status}")


_AT = LogLine.FIELDS
_BASE_SHAPE = 13


def _entry(line: str, doing: str) -> LogEntry:
    """An entry of the log. Only columns that are verified, or needed, must hold what they should."""
    day, time = _AT["transaction_date"], _AT["transaction_time"]
    at = day.cut(line) + time.cut(line)
    base = _AT["ip_base_number"].cut(line)
    try:
        known = day.read(day.cut(line)) is not None
    except Unfit:
        known = False
    if not line.startswith("TLS") or not known or not at.isdigit() or len(at) != 14 or len(base) != _BASE_SHAPE:
        raise PartnerFailure("F3", f"{doing}: a line of the answer is no entry of the log")
    return LogEntry(at, _AT["transaction_type"].cut(line).strip(), base)
