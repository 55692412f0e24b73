"""Certificates whose end has to be known in time: those of the broker, and what the settings name.

A source is ``host:port`` of a server that speaks TLS, or a PEM file. Nothing is verified here: the question is only
until when a certificate is good, and one that nobody trusts any more has to be told as well.
"""

import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.database import NOBODY
from gateway.ops.models import WatchedCertificate
from gateway.settings import GatewaySettings

BETWEEN_LOOKS = timedelta(hours=1)
TIMEOUT_SECONDS = 5
AMQPS_PORT = 5671

log = logging.getLogger(__name__)


def sources(settings: GatewaySettings) -> list[str]:
    """What is looked at, each once."""
    named = [one.strip() for one in settings.certificates.split(",") if one.strip()]
    brokers = [urlsplit(url) for url in (settings.broker, settings.broker_public_url or "")]
    lines = [f"{one.hostname}:{one.port or AMQPS_PORT}" for one in brokers if one.scheme == "amqps"]
    return list(dict.fromkeys([*lines, *named]))


def not_after(source: str) -> datetime:
    """Until when the certificate of a source is good. Raises OSError, ValueError."""
    host, _colon, port = source.rpartition(":")
    if host and port.isdigit():
        pem = _shown_by(host.strip("[]"), int(port))
    else:
        pem = Path(source).read_bytes()
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


def look(settings: GatewaySettings) -> dict[str, datetime]:
    """Until when each certificate is good, as far as it can be asked now."""
    found = {}
    for source in sources(settings):
        try:
            found[source] = not_after(source)
        except (OSError, ValueError) as error:
            log.warning("a certificate cannot be looked at", extra={"source": source, "error": str(error)})
    return found


def keep(session: Session, settings: GatewaySettings, found: Mapping[str, datetime], now: datetime) -> None:
    """Write down what was found; one that could not be asked keeps what was known of it."""
    session.execute(delete(WatchedCertificate).where(WatchedCertificate.source.not_in(sources(settings))))
    for source, until in found.items():
        session.merge(WatchedCertificate(node_id=NOBODY, source=source, not_after=until, looked_at=now))


def known(session: Session) -> Sequence[WatchedCertificate]:
    """All that were seen, the first to end first."""
    return session.scalars(select(WatchedCertificate).order_by(WatchedCertificate.not_after)).all()


def _shown_by(host: str, port: int) -> bytes:
    """The certificate a server shows, whoever signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), TIMEOUT_SECONDS) as line,
        context.wrap_socket(line, server_hostname=host) as secured,
    ):
        shown = secured.getpeercert(binary_form=True)
    if shown is None:
        raise ValueError("the server shows no certificate")
    return ssl.DER_cert_to_PEM_cert(shown).encode()
