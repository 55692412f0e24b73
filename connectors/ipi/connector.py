"""The connector itself. It only reads: a society that writes to the register needs its own agreement about that."""

from collections.abc import Mapping

from connectors.contract import Arrival, Batch, Delivery, PartnerFailure
from connectors.ipi.client import IpiClient
from connectors.ipi.drop import FileDrop
from connectors.ipi.settings import IpiSettings
from connectors.web import Bucket

PARTNER = "ipi"


class Ipi:
    """The register through its daily files and its web service. What arrives belongs to the gateway's directory."""

    name = PARTNER
    tier = "agreement of a society with SUISA, credentials and files (tier 1); files of somebody who has them (tier 0)"
    accepts: frozenset[str] = frozenset()

    def __init__(self, settings: IpiSettings, bucket: Bucket | None = None) -> None:
        self.client = IpiClient(settings, bucket)
        self._settings = settings
        self._drop = FileDrop(settings.folder) if settings.folder is not None else None

    def send(self, batch: Batch) -> Delivery:
        """Refuse: nothing is written to the register. Raises PartnerFailure F4."""
        raise PartnerFailure("F4", "nothing is sent to the register of interested parties")

    def collect(self) -> list[Arrival]:
        """Daily files that were not confirmed yet, in the order of their days; they answer nothing and tell changes."""
        waiting = self._drop.waiting() if self._drop is not None else []
        return [Arrival(one.path.name, one.sha256, one.content) for one in waiting]

    def confirm(self, arrival: Arrival) -> None:
        """Put the file away."""
        if self._drop is not None:
            self._drop.put_away(arrival.name, arrival.sha256)

    def check(self) -> Mapping[str, str]:
        """The steps that are set up: the web service, the folder, or both. Raises PartnerFailure."""
        done: dict[str, str] = {}
        if self._settings.url is not None:
            done |= self.client.check()
        if self._drop is not None:
            done["folder"] = str(len(self._drop.waiting()))
        if not done:
            raise PartnerFailure("F5", "settings: neither a web service nor a folder of files")
        return done
