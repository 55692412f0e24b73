"""Files to and from the partner: ``/incoming`` takes ours, ``/outgoing`` has theirs, ``/outgoing/done`` what we have.

A file is sent as ``.part`` and then renamed, so that the partner never reads half a file. What was sent and collected
stands in a ledger of ours, because the partner's folders are not ours to trust.
"""

import hashlib
import logging
import stat
from collections.abc import Mapping
from dataclasses import dataclass

import paramiko

from connectors.cisnet.session import Unreachable, agreed_host_key, our_key, signed_in, told_as_failures
from connectors.cisnet.settings import CisnetSettings
from connectors.contract import FileLedger, PartnerFailure, StepFailed

log = logging.getLogger(__name__)
logging.getLogger("paramiko").addHandler(logging.NullHandler())  # else a dropped connection prints a trace

INCOMING, OUTGOING, DONE = "/incoming", "/outgoing", "/outgoing/done"
PART = ".part"
_REQUESTS_AHEAD = 32
LARGEST_BYTES = 64 * 2**20
"""A file beyond this is not read into memory; it is reported instead."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file the partner has for us. ``content`` is None when the file is too large to be read."""

    name: str
    sha256: str
    content: bytes | None


class CisnetClient:
    """The partner's folders. Every call is a session of its own; network errors come as PartnerFailure."""

    def __init__(self, settings: CisnetSettings, ledger: FileLedger) -> None:
        self._settings = settings
        self._ledger = ledger

    def upload(self, name: str, content: bytes) -> None:
        """Put a file into ``/incoming``. The same file once more does nothing; a failure leaves at most a ``.part``.

        Raises PartnerFailure: F2 while another worker sends it, F7 for other bytes under a name that was already sent,
        F8 when the answer to the rename was lost and the server cannot be asked what became of the file.
        """
        digest = hashlib.sha256(content).hexdigest()
        if self._is_sent(name, digest):
            return
        with self._ledger.alone(name, digest):
            if not self._is_sent(name, digest):  # nor was it while we asked to be alone
                self._send(name, content, digest)

    def _is_sent(self, name: str, digest: str) -> bool:
        sent = self._ledger.digests("sent", name)
        if sent and digest not in sent:
            raise PartnerFailure("F7", f"another file was sent before under the name {name}")
        return digest in sent

    def _send(self, name: str, content: bytes, digest: str) -> None:
        if self._ledger.has("renaming", name, digest):
            self._look_and_rename(name)  # a process died before it heard, and this may be asked as often as one likes
        elif not self._written_and_renamed(name, content, digest):
            self._rename_after_looking(name)
        self._ledger.add("sent", name, digest)
        self._ledger.remove("renaming", name, digest)

    def _written_and_renamed(self, name: str, content: bytes, digest: str) -> bool:
        """False when everything was written but the answer to the rename was lost."""
        with signed_in(self._settings) as sftp:
            with told_as_failures(f"sending {name}"), sftp.open(f"{INCOMING}/{name}{PART}", "wb") as file:
                file.set_pipelined(True)
                file.write(content)
            self._ledger.add("renaming", name, digest)
            try:
                self._rename(sftp, name)
            except Unreachable:
                return False
            except PartnerFailure:
                self._ledger.remove("renaming", name, digest)
                raise
        return True

    def _rename_after_looking(self, name: str) -> None:
        """Ask what became of a rename: without the ``.part`` it was done, whether or not the file was taken since."""
        try:
            self._look_and_rename(name)
        except PartnerFailure as failure:
            raise PartnerFailure("F8", f"it is not known whether {name} arrived: {failure}") from failure

    def _look_and_rename(self, name: str) -> None:
        with signed_in(self._settings) as sftp, told_as_failures(f"looking for {name}"):
            if f"{name}{PART}" in sftp.listdir(INCOMING):
                self._rename(sftp, name)

    def _rename(self, sftp: paramiko.SFTPClient, name: str) -> None:
        with told_as_failures(f"renaming {name}"):
            sftp.rename(f"{INCOMING}/{name}{PART}", f"{INCOMING}/{name}")

    def arrivals(self) -> list[Found]:
        """The files in ``/outgoing`` that were not collected before, in the order of their names."""
        found = []
        with signed_in(self._settings) as sftp, told_as_failures("reading answers"):
            entries = [entry for entry in sftp.listdir_attr(OUTGOING) if _is_file(entry)]
            for entry in sorted(entries, key=lambda entry: entry.filename):
                file = self._read(sftp, entry)
                if self._ledger.has("collected", file.name, file.sha256):
                    self._put_away(sftp, file.name, file.sha256)
                else:
                    found.append(file)
        return found

    def _read(self, sftp: paramiko.SFTPClient, entry: paramiko.SFTPAttributes) -> Found:
        name, size = entry.filename, entry.st_size or 0
        if size > LARGEST_BYTES:
            return Found(name, hashlib.sha256(f"{name} {size} {entry.st_mtime}".encode()).hexdigest(), None)
        with sftp.open(f"{OUTGOING}/{name}", "rb") as file:
            file.prefetch(size, _REQUESTS_AHEAD)  # asking block by block would wait for each answer
            content = file.read(LARGEST_BYTES)
        return Found(name, hashlib.sha256(content).hexdigest(), content)

    def finish(self, name: str, sha256: str) -> None:
        """The file is safely with us: never give it out again, and move it to ``/outgoing/done`` if that works.

        The ledger decides. A move that fails is tried again at the next look, so this raises nothing.
        """
        self._ledger.add("collected", name, sha256)
        try:
            with signed_in(self._settings) as sftp:
                self._put_away(sftp, name, sha256)
        except PartnerFailure as failure:
            log.warning("cisnet: %s stays in the partner's folder: %s", name, failure)

    def _put_away(self, sftp: paramiko.SFTPClient, name: str, sha256: str) -> None:
        """Move a collected file; under a longer name when there is one of its name already."""
        for target in (name, f"{name}.{sha256[:8]}"):
            try:
                with told_as_failures(f"moving {name}"):
                    sftp.rename(f"{OUTGOING}/{name}", f"{DONE}/{target}")
                return
            except Unreachable:
                raise
            except PartnerFailure as failure:
                log.warning("cisnet: %s", failure)

    def check(self) -> Mapping[str, str]:
        """Try the access step by step without writing anything. Raises StepFailed, a PartnerFailure."""
        done: dict[str, str] = {}
        step = "settings"
        try:
            our_key(self._settings)
            done[step] = agreed_host_key(self._settings).fingerprint
            step = "reach"
            with signed_in(self._settings) as sftp:
                done[step] = f"{self._settings.host}:{self._settings.port}"
                done["authenticate"] = self._settings.user
                step = "read"
                with told_as_failures("reading folders"):
                    waiting = sum(map(_is_file, sftp.listdir_attr(OUTGOING)))
                    sftp.listdir(INCOMING)
                done[step] = f"{OUTGOING}: {waiting}"
        except PartnerFailure as failure:
            # Reaching and signing in are one call; the class says which of the two failed.
            if step == "reach" and failure.failure_class == "F5":
                done[step], step = f"{self._settings.host}:{self._settings.port}", "authenticate"
            raise StepFailed(failure, step, done) from failure
        return done


def _is_file(entry: paramiko.SFTPAttributes) -> bool:
    return stat.S_ISREG(entry.st_mode or 0) and not entry.filename.endswith(PART)
