"""Settings of a web application and the checks that must hold before it answers anybody (security rule S-46)."""

import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("en", "fr", "es", "pt", "ar")
"""Languages of the pages; Arabic is there for its direction, its catalogue may be partial."""

SECRET_BYTES = 48
KNOWN_SECRETS = frozenset({"dev", "secret", "changeme", "change-me", "kora", "password", "test", "secret-key"})


class UnsafeStart(Exception):
    """The application was asked to start in a way that would expose it."""


@dataclass(frozen=True)
class Settings:
    """How one web application is served.

    ``data_dir`` keeps the secret key. ``instance`` tells two applications on one machine apart in the cookie name
    (ports share cookies). ``tls`` is true when people reach the application by https, directly or through a proxy.
    ``dev`` is the developer's switch without which debug mode is refused. ``idle_minutes`` and ``absolute_hours``
    end a session (S-43). ``proxies`` counts the proxies in front whose word about address and scheme is taken.
    """

    data_dir: Path
    instance: str = "kora"
    host: str = "127.0.0.1"
    tls: bool = False
    debug: bool = False
    dev: bool = False
    proxies: int = 0
    version: str = "0.1.0"
    time_zone: str = "UTC"
    default_language: str = "en"
    languages: tuple[str, ...] = LANGUAGES
    idle_minutes: int = 30
    absolute_hours: int = 10
    largest_request: int = 64 * 1024 * 1024


def check_start(settings: Settings) -> None:
    """Refuse a start that S-46 forbids: debug mode outside ``dev``, or a public address without TLS."""
    if settings.debug and not settings.dev:
        raise UnsafeStart("debug mode is only possible with --dev")
    if not settings.tls and not is_loopback(settings.host):
        raise UnsafeStart(f"{settings.host} can be reached from outside, so it needs TLS; or serve on 127.0.0.1")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def secret_key(data_dir: Path) -> str:
    """The application's secret, made at first start with mode 0600; at least 32 bytes, never a known default."""
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(SECRET_BYTES), encoding="ascii")
    if path.stat().st_mode & 0o077:
        raise UnsafeStart(f"{path} can be read by others; give it mode 0600")
    key = path.read_text(encoding="ascii").strip()
    if len(key.encode()) < 32 or key.lower() in KNOWN_SECRETS:
        raise UnsafeStart(f"{path} holds a secret that is too short or well known; delete it to make a new one")
    return key
