"""The register's directory of a gateway, on either database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gateway.gateway import Gateway, open_gateway
from gateway.ipi import loading, operations, queries
from gateway.ipi.operations import Applied
from gateway.ipi.preparing import Told
from gateway.ipi.queries import Answers, Filter, Shown
from gateway.vault import open_vault
from interface.vault import Vault
from tests.connectors.partner import Clock
from tests.formats.ipi.made import Records, written
from tests.gateway.world import settings_for


@dataclass
class Register:
    """The gateway's directory, and files made for it."""

    folder: Path
    gateway: Gateway
    vault: Vault
    told: Told

    def file(self, name: str, *transactions: Records, content: bytes | None = None, **changes: Any) -> Path:
        """A file of these transactions."""
        path = self.folder / name
        path.write_bytes(written(*transactions, **changes) if content is None else content)
        return path

    def load(self, *transactions: Records, as_of: str | None = None, name: str = "full.edi") -> loading.Loaded:
        return self.load_files(self.file(name, *transactions), as_of=as_of)

    def load_files(self, *paths: Path, as_of: str | None = None) -> loading.Loaded:
        self.told = Told()
        return loading.load(self.gateway.engine, self.vault, paths, self.told, as_of=as_of, now=self.now())

    def apply(self, *transactions: Records, name: str = "20260106.IPI", gap_ok: bool = True) -> Applied:
        return self.apply_files(self.file(name, *transactions), gap_ok=gap_ok)

    def apply_files(self, *paths: Path, gap_ok: bool = False) -> Applied:
        return operations.apply_files(self.gateway.sessions, self.vault, paths, gap_ok=gap_ok, now=self.now)

    def now(self) -> datetime:
        return self.gateway.now()

    def session(self) -> Session:
        return self.gateway.sessions()

    def show(self, number: str) -> Shown:
        with self.session() as session:
            return queries.show(session, self.vault, number)

    def names(self, number: str) -> list[tuple[str, str, str]]:
        """Number, type and whole name of each name of a party."""
        return [
            (one.number, one.type, " ".join(filter(None, (one.name, one.first_name))))
            for one in self.show(number).names
        ]

    def find(self, text: str, *, limit: int = 50, **wanted: Any) -> Answers:
        with self.session() as session:
            return queries.find(session, self.vault, text, Filter(**wanted), limit=limit)

    def found(self, text: str, **wanted: Any) -> list[tuple[str, str]]:
        """Base number and how, of each answer."""
        return [(one.party.base, one.how) for one in self.find(text, **wanted).results]

    def wanted(self) -> list[str]:
        with self.session() as session:
            return list(queries.wanted(session))

    def mark(self, kind: str) -> str | None:
        with self.session() as session:
            feed = queries.feed(session, kind)
            return feed.mark if feed else None


@pytest.fixture
def register(tmp_path: Path, clock: Clock, more: dict[str, Any]) -> Iterator[Register]:
    """An empty directory."""
    folder = tmp_path / "files"
    folder.mkdir()
    gateway = open_gateway(settings_for(tmp_path, **more), now=clock)
    with gateway.sessions.begin() as session:
        vault = open_vault(session, tmp_path / "keys" / "master", gateway.settings.data, now=clock())
    yield Register(folder, gateway, vault, Told())
    gateway.close()


Fill = Callable[..., Register]
