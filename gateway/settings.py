"""Settings of the gateway, read once from the environment (``KORA_...``)."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from mappings.codes.table import read_cells
from queues import local_url


class GatewaySettings(BaseSettings):
    """Where the gateway keeps its data, what carries its messages, and how each partner is reached."""

    model_config = SettingsConfigDict(env_prefix="KORA_", extra="ignore")

    data: Path = Path("kora-data/gateway")
    gateway_id: str = "g1"
    """The name in ``urn:kora:gateway:<id>``; it counts at the first start, when the signing key is made."""
    database_url: str | None = None
    broker_url: str | None = None
    broker_admin_url: str | None = None
    """The broker's management interface with an administrator's account, on this machine (http://user:...@...)."""
    broker_public_url: str | None = None
    """How nodes reach the broker, without an account; the address of ``broker_url`` unless another is set."""
    broker_accounts: bool = True
    """Messages of a node have to come from its own account of the broker."""
    lang: str = "en"
    time_zone: str = "UTC"
    poll_s: float = 5.0
    """Seconds between two looks at the line and at the partners' due rows when nothing moves."""
    partner_lease_s: int = 900
    """How long a worker may hold due rows of a partner; when it dies, others take them over after that."""
    watchdog_s: float = 120.0
    """A worker whom no job reaches for so long, although it sends itself some, ends."""
    canary_s: int = 300
    """Every so many seconds a message of the gateway's own goes to each node; 0: only when asked."""
    certificates: str = ""
    """Servers (``host:port``) and PEM files, with commas between them, whose certificates must not end unnoticed."""
    metrics_token_file: Path | None = None
    """Who shows the token in this file may read ``/metrics``; without it only this machine may."""
    tls: bool = False
    proxies: int = 0
    dev: bool = False

    master_key_file: Path | None = None
    """The key that wraps the data key; beside the data folder, never in it, unless another place is set."""

    cisnet_host: str | None = None
    cisnet_port: int = 22
    cisnet_user: str | None = None
    cisnet_key_file: Path | None = None
    cisnet_host_key: str | None = None
    cisnet_receiver: str | None = None
    cisnet_version: Literal["2.1", "2.2"] = "2.1"
    cisnet_window_s: int = 3600
    cisnet_non_roman: bool = False

    @property
    def database(self) -> str:
        """The database's URL; a SQLite file in the data folder unless another is set."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'gateway.db'}"

    @property
    def broker(self) -> str:
        """The carrier's URL. The embedded one needs the same file for nodes and gateway."""
        return self.broker_url or local_url(self.data.absolute() / "carrier.sqlite")

    @property
    def signing_key(self) -> Path:
        """The file of the gateway's private key."""
        return self.data / "signing-key.json"

    @property
    def master_key(self) -> Path:
        """The file of the master key (mode 0600)."""
        return self.master_key_file or self.data.absolute().with_name(f"{self.data.absolute().name}.master-key")

    def own_societies(self) -> dict[str, str]:
        """Code and name of societies that only this installation knows (``societies.csv`` in the data folder)."""
        path = self.data / "societies.csv"
        return {row["code"]: row["name"] for row in read_cells(path)} if path.exists() else {}
