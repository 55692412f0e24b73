"""The connector itself: a batch becomes one CWR file, the partner's files become answers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

from connectors.cisnet.answers import PARTNER, arrival
from connectors.cisnet.client import CisnetClient
from connectors.cisnet.settings import CisnetSettings
from connectors.cisnet.transmission import SENT, WITHDRAWN, Format, Version, transmission
from connectors.contract import Arrival, Batch, Context, Delivery, PartnerFailure


def _now() -> datetime:
    return datetime.now(UTC)


class Cisnet:
    """CIS-Net through CWR 2.x files over SFTP. Keeps nothing; the ledger of files is the gateway's."""

    name = PARTNER
    tier = "SFTP access as a CISAC society or through a hub (tier 1); CWR files without any access (tier 0)"
    accepts = SENT | {WITHDRAWN}

    def __init__(self, settings: CisnetSettings, context: Context, *, now: Callable[[], datetime] = _now) -> None:
        self._settings = settings
        self._client = CisnetClient(settings, context.ledger)
        self._now = now

    def send(self, batch: Batch) -> Delivery:
        """Upload the works of a batch as one file; nothing is uploaded when none of them needs to go.

        A work the format cannot carry, or that the standard's own rules would reject, is answered at once.
        """
        version = next((known for known in get_args(Version) if known == batch.version), None)
        if version is None:
            raise PartnerFailure("F4", f"no version of CWR that can be sent: {batch.version}")
        batch = replace(batch, created=batch.created.astimezone(UTC).replace(microsecond=0))
        form = Format(version, self._settings.non_roman, self._settings.societies)
        made = transmission(batch, form)
        if made.name is not None:
            self._client.upload(made.name, made.content)
        return made.delivery

    def collect(self) -> list[Arrival]:
        """The partner's files that were not confirmed yet, in the order of their names, with their answers."""
        received_at, known = self._now(), frozenset({*self._settings.societies, self._settings.receiver})
        return [arrival(found, societies=known, received_at=received_at) for found in self._client.arrivals()]

    def confirm(self, arrival: Arrival) -> None:
        """Never give this file out again, and put it into the partner's ``/outgoing/done``."""
        self._client.finish(arrival.name, arrival.sha256)

    def check(self) -> Mapping[str, str]:
        """Settings, reach, authenticate and read; raises client.StepFailed at the first that fails."""
        return self._client.check()
