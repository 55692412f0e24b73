"""What a client sees over SFTP: one folder, in which it may list, read, write and rename, and nothing outside it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_CONNECTION_LOST, SFTP_FAILURE, SFTP_OK

from connectors.cisnet.simulator.office import Switches


class Guard(paramiko.ServerInterface):
    """Lets in one user with one key, for SFTP only."""

    def __init__(self, user: str, key: paramiko.PKey, transport: paramiko.Transport) -> None:
        self.user = user
        self.transport = transport
        self._key = key

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = username == self.user and key == self._key
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class Folders(SFTPServerInterface):
    """The requests of one session. ``renamed`` is called after each rename, ``pause`` before each answer."""

    def __init__(
        self,
        server: Guard,
        root: Path,
        switches: Switches,
        renamed: Callable[[], None],
        pause: Callable[[], None],
    ) -> None:
        super().__init__(server)
        self._guard = server
        self._root = root
        self._switches = switches
        self._renamed = renamed
        self._pause = pause

    def _path(self, path: str) -> Path:
        """The place on disk; ``canonicalize`` takes out every ``..`` and there are no links."""
        return self._root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> list[SFTPAttributes] | int:
        self._pause()
        try:
            return [SFTPAttributes.from_stat(each.stat(), each.name) for each in sorted(self._path(path).iterdir())]
        except OSError as error:
            return _refused(error)

    def stat(self, path: str) -> SFTPAttributes | int:
        self._pause()
        try:
            return SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return _refused(error)

    def lstat(self, path: str) -> SFTPAttributes | int:
        return self.stat(path)

    def open(self, path: str, flags: int, attr: SFTPAttributes) -> SFTPHandle | int:
        self._pause()
        writing = bool(flags & (os.O_WRONLY | os.O_RDWR))
        try:
            descriptor = os.open(self._path(path), flags | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            return _refused(error)
        return _File(os.fdopen(descriptor, "wb" if writing else "rb"), flags, self)

    def rename(self, oldpath: str, newpath: str) -> int:
        self._pause()
        old, new = self._path(oldpath), self._path(newpath)
        if new.exists():
            return SFTP_FAILURE  # version 3 of the protocol never renames over a file
        try:
            old.rename(new)
        except OSError as error:
            return _refused(error)
        self._renamed()
        if self._switches.lose_answer():
            self._guard.transport.close()
        return SFTP_OK

    def received(self, upto: int) -> bool:
        """Whether the file may go on growing; otherwise the line breaks, as the switch says."""
        cut = self._switches.cut
        if cut is None or upto <= cut:
            return True
        self._guard.transport.close()
        return False


class _File(SFTPHandle):
    """An open file of a session."""

    def __init__(self, file: BinaryIO, flags: int, folders: Folders) -> None:
        super().__init__(flags)
        self.readfile = self.writefile = self._file = file
        self._folders = folders

    def stat(self) -> SFTPAttributes:
        return SFTPAttributes.from_stat(os.fstat(self._file.fileno()))

    def write(self, offset: int, data: Any) -> int:
        if not self._folders.received(offset + len(data)):
            return SFTP_CONNECTION_LOST
        return super().write(offset, data)


def _refused(error: OSError) -> int:
    return SFTPServer.convert_errno(error.errno or errno.EIO)
