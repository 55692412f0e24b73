"""Notifications as files, as agencies without the REST interface get them: JSON and EDI 03.00, a pair for each move."""

from datetime import datetime, timedelta
from pathlib import Path

from connectors.iswc.simulator import shown
from connectors.iswc.simulator.office import Office
from connectors.iswc.simulator.register import StoredMove
from connectors.simulating import Log
from formats.iswc import edi, filename
from formats.iswc import json as iswc_json
from formats.iswc.transactions import ISWC_DATABASE, Attached, Header, Moved, Notification

LAID_OUT = "laid out"
NAME = "SIMULATED ISWC DATABASE"


class Mailbox:
    """Lays files into ``outgoing/<agency>``; what was laid out once is not laid out again."""

    def __init__(self, folder: Path, office: Office, log: Log) -> None:
        self._folder, self._office, self._log = folder, office, log

    def lay_out(self) -> None:
        """Write what has not been written yet."""
        done = set(self._log.details(LAID_OUT))
        register = self._office.register
        for move in (*register.moves("MER", 0), *register.moves("DMR", 0)):
            on_it = register.on([move.child, move.parent])
            for agency in dict.fromkeys(stored.work.agency or "" for stored in on_it):
                name = f"{move.kind} {move.id} {agency}"
                moved = None if name in done else shown.moved(register, move, agency)
                if moved is not None:
                    self._write(move, moved, agency)
                    self._log.add(LAID_OUT, name)

    def _write(self, move: StoredMove, moved: Moved, agency: str) -> None:
        folder = self._folder / agency
        folder.mkdir(parents=True, exist_ok=True)
        at = datetime.fromisoformat(move.at)
        header = Header(
            sender=ISWC_DATABASE, receiver=agency, source_db=ISWC_DATABASE, created_at=moved.processed_at,
            sender_name=NAME, sender_type="SO",
        )  # fmt: skip
        told = notification(moved)
        while (folder / edi_name(at, agency)).exists():
            at += timedelta(seconds=1)  # a name has only seconds
        (folder / edi_name(at, agency)).write_bytes(b"".join(edi.write(header, [told])))
        as_json = filename.build_json(at, receiver=agency, sender=ISWC_DATABASE)
        (folder / as_json).write_bytes(iswc_json.write(header, [told]))


def edi_name(at: datetime, agency: str) -> str:
    """The name of a notification file; real ones end in ``.csn``."""
    return filename.build_edi(at, receiver=agency, sender=ISWC_DATABASE).replace(".030", ".csn")


def notification(moved: Moved) -> Notification:
    """What a move says in a file; the quoted file is somebody else's, so its numbers are zero."""
    about = moved.about
    works = about.works if about else ()
    ours = next((work for work in works if work.agency == moved.to_agency), None)
    return Notification(
        number=1,
        agency=moved.to_agency,
        source_db=ours.source_db if ours else moved.to_agency,
        work_code=moved.work_code,
        title=about.title if about else None,
        parties=about.parties if about else (),
        iswc=moved.child,
        parent_iswc=moved.parent if moved.kind == "MER" else None,
        merged=(moved.child,) if moved.kind == "MER" and moved.child else (),
        sent_at=moved.processed_at,
        answered_group=0,
        answered=0,
        answered_type=moved.kind,
        processed_at=moved.processed_at,
        status="FA",
        works=tuple(
            Attached(work.agency, work.source_db, work.work_code, work.iswc, work.archived_iswc) for work in works
        ),
        task=moved.task,
        task_status=moved.task_status,
    )
