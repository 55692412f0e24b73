"""Settings of a node, read once from the environment (``KORA_...``)."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from mappings import tables
from mappings.codes.rows import Society
from mappings.codes.table import Table
from queues import local_url


class NodeSettings(BaseSettings):
    """Where a node keeps its data and whom it speaks to. ``data`` holds everything that is not in another database."""

    model_config = SettingsConfigDict(env_prefix="KORA_", extra="ignore")

    data: Path = Path("kora-data/node")
    database_url: str | None = None
    broker_url: str | None = None
    uplink: Literal["local", "amqp"] = "local"
    gateway_url: str | None = None
    lang: str = "en"
    time_zone: str = "UTC"
    poll_s: float = 5.0
    """Seconds between two looks at the line when nothing moves."""
    master_key_file: Path | None = None
    tls: bool = False
    proxies: int = 0
    dev: bool = False

    @property
    def database(self) -> str:
        """The database's URL; a SQLite file in the data folder unless another is set."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'node.db'}"

    @property
    def broker(self) -> str:
        """The carrier's URL: as set, as told at the enrolment, or the embedded one (the same file for both sides)."""
        told = self.broker_account.read_text().strip() if self.broker_account.exists() else None
        return self.broker_url or told or local_url(self.data.absolute() / "carrier.sqlite")

    @property
    def broker_account(self) -> Path:
        """The file of the broker's URL with the node's account and password, which the gateway told once."""
        return self.data / "broker-url"

    @property
    def signing_key(self) -> Path:
        """The file of the node's private key; it is made at enrolment and never leaves the machine."""
        return self.data / "signing-key.json"

    @property
    def master_key(self) -> Path:
        """The file of the key that wraps the data key, outside the data folder, so that a copy of that is useless."""
        return self.master_key_file or self.data.absolute().with_name(f"{self.data.absolute().name}.master-key")

    @property
    def own_societies(self) -> Path:
        """A file with societies that only this installation knows."""
        return self.data / "societies.csv"

    def societies(self) -> Table[Society]:
        """CISAC's list of societies, with the rows of this installation."""
        return tables.societies.with_file(self.own_societies) if self.own_societies.exists() else tables.societies
