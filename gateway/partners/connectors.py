"""THE table of connectors: partner name to how it is made from the gateway's settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.contract import Connector, Context
from gateway.settings import GatewaySettings


class NotSetUp(LookupError):
    """Settings of the partner are missing; the argument names them."""


@dataclass(frozen=True)
class Partner:
    """One partner as this gateway knows it. ``make`` builds the connector at its first use."""

    name: str
    title: str
    make: Callable[[Context], Connector]
    missing: tuple[str, ...] = ()
    """Names of settings that are not there; with any of them the partner is *not set up* and never called."""
    receiver: str = ""
    version: str = ""
    window_s: int = 3600

    @property
    def is_set_up(self) -> bool:
        return not self.missing

    def connector(self, context: Context) -> Connector:
        """The connector, with what the gateway does for it. Raises NotSetUp."""
        if self.missing:
            raise NotSetUp(", ".join(self.missing))
        return self.make(context)


def cisnet(settings: GatewaySettings) -> Partner:
    """CIS-Net, and societies that take CWR files over SFTP."""
    needed = ("host", "user", "key_file", "host_key", "receiver")
    missing = tuple(f"KORA_CISNET_{one.upper()}" for one in needed if not getattr(settings, f"cisnet_{one}"))

    def make(context: Context) -> Connector:
        # Imported at first use, so that a gateway without this partner loads neither SFTP nor its keys.
        from connectors.cisnet.connector import Cisnet
        from connectors.cisnet.settings import CisnetSettings

        if settings.cisnet_key_file is None:
            raise NotSetUp("KORA_CISNET_KEY_FILE")
        told = CisnetSettings(
            host=settings.cisnet_host or "",
            port=settings.cisnet_port,
            user=settings.cisnet_user or "",
            key_file=settings.cisnet_key_file,
            host_key=settings.cisnet_host_key or "",
            receiver=settings.cisnet_receiver or "",
            version=settings.cisnet_version,
            window_s=settings.cisnet_window_s,
            non_roman=settings.cisnet_non_roman,
            societies=settings.own_societies(),
        )
        connector: Connector = Cisnet(told, context)
        return connector

    return Partner(
        name="cisnet",
        title="CIS-Net",
        make=make,
        missing=missing,
        receiver=settings.cisnet_receiver or "",
        version=settings.cisnet_version,
        window_s=settings.cisnet_window_s,
    )


CONNECTORS: Mapping[str, Callable[[GatewaySettings], Partner]] = {"cisnet": cisnet}


def partners_of(settings: GatewaySettings) -> dict[str, Partner]:
    """All partners of this gateway, set up or not."""
    return {name: describe(settings) for name, describe in CONNECTORS.items()}
