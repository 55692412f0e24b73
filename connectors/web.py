"""Calls to a partner over HTTP, with everything that can go wrong on the way told as a failure class.

One session for each partner: time-outs, answers capped while they stream in, no redirects, hosts from a list, a rate
that is kept by all who share its bucket, and no secret in any log line, error or stored exchange.

F1 the network, F2 too many calls, F3 the partner could not do it this time, F4 it does not take our request, F5 keys
and rights, F8 a call that may not be repeated and whose answer was lost.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
import tenacity
from requests import exceptions as failures
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from connectors.contract import PartnerFailure

log = logging.getLogger(__name__)
logging.getLogger("urllib3").setLevel(logging.WARNING)  # below that it writes whole addresses, secrets and all

LARGEST_ANSWER = 20 << 20
"""Bytes of an answer; a larger one is given up before it is in memory."""
HIDDEN = "***"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that may be called without TLS."""
_PIECE = 1 << 16
_CONNECT_TRIES, _CONNECT_SECONDS = 3, 30
_PASSING = frozenset({502, 503, 504})


class Bucket(Protocol):
    """The tokens of one partner; who calls takes one first. The gateway gives one that all its workers share."""

    def take(self, count: int = 1) -> float:
        """Take so many tokens together and return 0, or take none and return in how many seconds there are enough.

        Raises ValueError for more than the bucket ever holds.
        """
        ...


class MemoryBucket:
    """A bucket for one process: ``size`` tokens, each back ``period_s`` after it was taken.

    So no period of that length, wherever it begins, sees more than ``size`` calls.
    """

    def __init__(self, size: int, period_s: float = 60, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = size
        self._period_s = period_s
        self._clock = clock
        self._taken: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self, count: int = 1) -> float:
        if count > self.size:
            raise ValueError(f"{count} calls at once, and at most {self.size} in {self._period_s} s")
        with self._lock:
            now = self._clock()
            while self._taken and self._taken[0] <= now - self._period_s:
                self._taken.popleft()
            lacking = count - (self.size - len(self._taken))
            if lacking > 0:
                return self._taken[lacking - 1] + self._period_s - now
            self._taken.extend([now] * count)
            return 0


@dataclass(frozen=True, slots=True)
class Redaction:
    """What never leaves memory: headers by name, and the values of path segments and parameters (``password=...``)."""

    headers: frozenset[str] = frozenset()
    """Lower case."""
    names: frozenset[str] = frozenset()

    def address(self, url: str) -> str:
        """An address with its secret values replaced, and without user and password."""
        parts = urlsplit(url)
        path = "/".join(map(self._segment, parts.path.split("/")))
        query = [(name, HIDDEN if name in self.names else value) for name, value in parse_qsl(parts.query)]
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, urlencode(query, safe="*"), ""))

    def _segment(self, segment: str) -> str:
        name, equals, _ = segment.partition("=")
        return f"{name}={HIDDEN}" if equals and name in self.names else segment

    def shown(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers with secret values replaced."""
        return {name: HIDDEN if name.lower() in self.headers else value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where a partner is and how it is spoken to."""

    url: str
    """Base address, without a slash at its end."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every call, keys among them."""
    redaction: Redaction = Redaction()
    hosts: frozenset[str] = frozenset()
    """Hosts beside that of ``url`` that may be called."""
    timeout_s: float = 30.0
    """For connecting, and for each wait on the answer."""
    total_s: float = 120.0
    """For a whole answer, however it drips."""
    ca_file: Path | None = None
    """Certificates we trust, where the partner's are not those of the system."""
    largest: int = LARGEST_ANSWER


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What the partner answered: below 500, and none of the answers that are failures."""

    status: int
    content_type: str
    content: bytes
    sent: bytes = b""
    """The body of our request."""

    def json(self, doing: str) -> Any:
        """The content as JSON. Raises PartnerFailure F3 for anything else, such as a page that says sorry."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            kind = self.content_type.partition(";")[0].strip()[:60] or "no type"
            raise PartnerFailure("F3", f"{doing}: the answer ({self.status}, {kind}) is no JSON") from error


class _NotSent(PartnerFailure):
    """Nothing reached the partner, so trying again is always harmless."""


class Web:
    """The session of one partner. Threads may share it; every call has a connection of its own."""

    def __init__(self, settings: WebSettings, bucket: Bucket | None = None) -> None:
        self._settings = settings
        self._bucket = bucket
        self._hosts = settings.hosts | {urlsplit(settings.url).hostname or ""}

    def take(self, calls: int, doing: str) -> None:
        """Reserve calls that belong together; they are then made with ``reserved``. Raises PartnerFailure F2 or F4."""
        if self._bucket is None:
            return
        try:
            wait = self._bucket.take(calls)
        except ValueError as error:
            raise PartnerFailure("F4", f"{doing}: {error}") from error
        if wait:
            raise PartnerFailure("F2", f"{doing}: no more calls for {wait:.0f} s", retry_after=wait)

    def call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        repeatable: bool = True,
        reserved: bool = False,
    ) -> WebAnswer:
        """Ask, with ``body`` as JSON. ``doing`` names the call in messages; ``repeatable``: twice is as good as once.

        Raises PartnerFailure; statuses from 400 that are the partner's answer to our data come back as answers.
        """
        url = self._address(path, params)
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        if not reserved:
            self.take(1, doing)
        started = time.monotonic()
        try:
            answer = self._asked(method, url, sent, doing)
        except _NotSent:
            raise
        except PartnerFailure as failure:
            self._note(method, url, failure.failure_class, started)
            raise failure if repeatable else _uncertain(failure) from failure
        self._note(method, url, str(answer.status), started)
        return answer

    def _address(self, path: str, params: Mapping[str, Any] | None) -> str:
        base = self._settings.url.rstrip("/")
        url = f"{base}{path}" + (f"?{urlencode(params, doseq=True)}" if params else "")
        parts = urlsplit(url)
        if parts.hostname not in self._hosts:
            raise PartnerFailure("F5", f"settings: the host {parts.hostname} is not one of this partner's")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise PartnerFailure("F5", "settings: the partner must be called over TLS")
        return url

    def _note(self, method: str, url: str, outcome: str, started: float) -> None:
        shown = self._settings.redaction.address(url)
        log.info("web: %s %s: %s in %d ms", method, shown, outcome, (time.monotonic() - started) * 1000)

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(_NotSent),
        stop=tenacity.stop_after_attempt(_CONNECT_TRIES) | tenacity.stop_after_delay(_CONNECT_SECONDS),
        wait=tenacity.wait_random_exponential(multiplier=0.5, max=10),
        reraise=True,
    )
    def _asked(self, method: str, url: str, sent: bytes, doing: str) -> WebAnswer:
        settings = self._settings
        headers = {
            **settings.headers,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if sent:
            headers["Content-Type"] = "application/json; charset=utf-8"
        session = requests.Session()
        session.trust_env = False  # neither proxies nor passwords from whatever stands around the program
        try:
            with session.request(
                method, url, data=sent or None, headers=headers, stream=True, allow_redirects=False,
                timeout=settings.timeout_s, verify=str(settings.ca_file) if settings.ca_file else True,
            ) as response:  # fmt: skip
                refused = _refused(response, doing)
                if refused is not None:
                    raise refused
                content = self._content(response, doing)
                return WebAnswer(response.status_code, response.headers.get("Content-Type", ""), content, sent)
        except requests.RequestException as error:
            raise _failure(error, doing) from error
        finally:
            session.close()

    def _content(self, response: requests.Response, doing: str) -> bytes:
        """The body, given up as soon as it is larger or later than it may be."""
        most, end = self._settings.largest, time.monotonic() + self._settings.total_s
        said = response.headers.get("Content-Length", "")
        if said.isdigit() and int(said) > most:
            raise PartnerFailure("F3", f"{doing}: the answer is larger than {most} bytes")
        return b"".join(_within(response.iter_content(_PIECE), most, end, doing))


def _within(pieces: Iterable[bytes], most: int, end: float, doing: str) -> Iterable[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise PartnerFailure("F3", f"{doing}: the answer is larger than {most} bytes")
        if time.monotonic() > end:
            raise PartnerFailure("F1", f"{doing}: the answer did not end in time")
        yield piece


def _refused(response: requests.Response, doing: str) -> PartnerFailure | None:
    """The failure a status says by itself; None where the body counts."""
    status = response.status_code
    told = _retry_after(response.headers.get("Retry-After", ""))
    if status == 429:
        return PartnerFailure("F2", f"{doing}: too many calls", retry_after=told)
    if status in _PASSING:
        return PartnerFailure("F1", f"{doing}: the partner answers {status}", retry_after=told)
    if status >= 500:
        return PartnerFailure("F3", f"{doing}: the partner answers {status}")
    if status in (401, 403):
        return PartnerFailure("F5", f"{doing}: the partner does not take our key ({status})")
    if 300 <= status < 400:
        return PartnerFailure("F4", f"{doing}: the partner sends us elsewhere ({status}), where we do not go")
    return None


def _retry_after(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _failure(error: requests.RequestException, doing: str) -> PartnerFailure:
    """A network error without its text, which holds the address and all that is secret in it."""
    said = f"{doing}: {type(error).__name__}"
    if isinstance(error, failures.SSLError):
        return PartnerFailure("F5", f"{doing}: the partner's certificate is not one we trust")
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None) if isinstance(cause, MaxRetryError) else None
    if isinstance(error, failures.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return _NotSent("F1", said)
    if isinstance(error, failures.InvalidURL | failures.InvalidHeader | failures.MissingSchema):
        return PartnerFailure("F5", f"settings: {type(error).__name__}")
    return PartnerFailure("F1", said)


def _uncertain(failure: PartnerFailure) -> PartnerFailure:
    """Of a call that may not be repeated nobody knows whether it was done, unless the partner refused it."""
    if failure.failure_class in {"F1", "F3"}:
        return PartnerFailure("F8", f"it is not known whether it was done: {failure}")
    return failure
