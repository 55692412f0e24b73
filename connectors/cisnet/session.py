"""One signed-in SFTP session, with everything that can go wrong on the way told as a failure class.

F1 the network, F3 the server could not do it this time, F4 a folder or file that is not as agreed, F5 keys and rights.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
import tenacity
from paramiko.ssh_exception import NoValidConnectionsError

from connectors.cisnet.settings import CisnetSettings
from connectors.contract import PartnerFailure

_CONNECT_TRIES = 3
_CONNECT_SECONDS = 30


class Unreachable(PartnerFailure):
    """The network or the server gave up on us (F1); trying again may help."""

    def __init__(self, message: str) -> None:
        super().__init__("F1", message)


@contextmanager
def told_as_failures(doing: str) -> Iterator[None]:
    """Let network errors out as PartnerFailure with the class that says what to do next."""
    try:
        yield
    except PartnerFailure:
        raise
    except paramiko.BadHostKeyException as error:
        raise PartnerFailure("F5", f"{doing}: the server shows another host key than the one agreed") from error
    except paramiko.AuthenticationException as error:
        raise PartnerFailure("F5", f"{doing}: the server does not accept our key") from error
    except (paramiko.SSHException, NoValidConnectionsError, EOFError, TimeoutError, ConnectionError) as error:
        raise Unreachable(f"{doing}: {_words(error)}") from error
    except PermissionError as error:
        raise PartnerFailure("F5", f"{doing}: not permitted") from error
    except FileNotFoundError as error:
        raise PartnerFailure("F4", f"{doing}: no such file or folder") from error
    except OSError as error:
        raise _of_system_error(doing, error) from error


def _of_system_error(doing: str, error: OSError) -> PartnerFailure:
    """paramiko makes plain OSError of the server's refusals: with errno where it knows one, else with words only."""
    if error.errno == errno.EACCES:
        return PartnerFailure("F5", f"{doing}: not permitted")
    if error.errno == errno.ENOENT:
        return PartnerFailure("F4", f"{doing}: no such file or folder")
    if error.errno is None and str(error) != "Socket is closed":
        return PartnerFailure("F3", f"{doing}: {_words(error)}")
    return Unreachable(f"{doing}: {_words(error)}")


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


@contextmanager
def signed_in(settings: CisnetSettings) -> Iterator[paramiko.SFTPClient]:
    """A session for the length of a with block. Only connecting is tried again, up to three times in 30 s."""
    key, host_key = our_key(settings), agreed_host_key(settings)
    ssh = _connected(settings, key, host_key)
    try:
        with told_as_failures("opening SFTP"):
            sftp = ssh.open_sftp()
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(settings.timeout_s)
        yield sftp
    finally:
        ssh.close()


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(Unreachable),
    stop=tenacity.stop_after_attempt(_CONNECT_TRIES) | tenacity.stop_after_delay(_CONNECT_SECONDS),
    wait=tenacity.wait_random_exponential(multiplier=0.5, max=10),
    reraise=True,
)
def _connected(settings: CisnetSettings, key: paramiko.PKey, host_key: paramiko.PKey) -> paramiko.SSHClient:
    ssh = paramiko.SSHClient()
    ssh.set_missing_host_key_policy(paramiko.RejectPolicy())
    name = settings.host if settings.port == paramiko.config.SSH_PORT else f"[{settings.host}]:{settings.port}"
    ssh.get_host_keys().add(name, host_key.get_name(), host_key)
    try:
        with told_as_failures("connecting"):
            ssh.connect(
                settings.host,
                settings.port,
                settings.user,
                pkey=key,
                timeout=settings.timeout_s,
                banner_timeout=settings.timeout_s,
                auth_timeout=settings.timeout_s,
                channel_timeout=settings.timeout_s,
                allow_agent=False,
                look_for_keys=False,
            )
    except PartnerFailure:
        ssh.close()
        raise
    return ssh


def our_key(settings: CisnetSettings) -> paramiko.PKey:
    """The private key we sign in with. Raises PartnerFailure F5 when it cannot be read."""
    try:
        return paramiko.PKey.from_path(settings.key_file)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as error:
        raise PartnerFailure("F5", f"settings: the key file cannot be read: {type(error).__name__}") from error


def agreed_host_key(settings: CisnetSettings) -> paramiko.PKey:
    """The server's key as agreed. Raises PartnerFailure F5 for a text that is no OpenSSH public key."""
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"server {settings.host_key}")
    except (ValueError, TypeError, paramiko.SSHException, paramiko.hostkeys.InvalidHostKey) as error:
        raise PartnerFailure("F5", "settings: the host key cannot be read") from error
    if entry is None or entry.key is None:
        raise PartnerFailure("F5", "settings: the host key cannot be read")
    return entry.key
