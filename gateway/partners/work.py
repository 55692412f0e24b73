"""Work for partners as jobs: a row's id in, what the row asks for done. The broker's workers call nothing else."""

import logging

from gateway.gateway import Gateway
from gateway.partners import due
from gateway.partners.turn import PartnerTurn, turns_of
from queues import jobs

log = logging.getLogger(__name__)


class PartnerWork:
    """The partners of one gateway in one process."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._turns: dict[str, PartnerTurn] = turns_of(gateway)

    def carry_out(self, job_id: int) -> int:
        """Do what the row says, with whatever else is due for its partner; how much that was."""
        with self._gateway.sessions() as session:
            session.connection(execution_options={"read_only": True})
            kind = jobs.kind_of(session, job_id)
        turn = None if kind is None else self._turns.get(due.partner_of(kind))
        if kind is None or turn is None:
            log.warning("a job for nobody here", extra={"job": job_id, "kind": kind})
            return 0
        now = self._gateway.now()
        collecting = kind == due.collect_kind(due.partner_of(kind))
        return turn.collect(job_id, now) if collecting else turn.send(job_id, now)
