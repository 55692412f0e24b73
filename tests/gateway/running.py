"""Processes of a gateway on a real broker and database, and what a test asks of them."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.settings import GatewaySettings
from tests.services import RabbitMQ, answers, free_port, until

ROOT = Path(__file__).parents[2]
Told = Mapping[str, Any] | GatewaySettings


def environment(settings: Told, **more: str) -> dict[str, str]:
    """The settings as a process is told them, and nothing that the caller's shell set for another installation."""
    told = settings.model_dump(exclude_defaults=True) if isinstance(settings, GatewaySettings) else settings
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KORA_")}
    return inherited | {f"KORA_{name.upper()}": str(value) for name, value in told.items()} | more


@dataclass
class Processes:
    """``kora`` processes, each with its own log and process group; all are gone at the end."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, settings: Told, *command: str, **more: str) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "kora", *command], cwd=ROOT, env=environment(settings, **more), stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def said(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            kill(process)


@dataclass
class Administered(RabbitMQ):
    """A broker with its management interface, and an administrator of its own."""

    admin_port: int = field(default_factory=free_port)
    password: str = field(default_factory=secrets.token_hex)

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        plugins = self.folder / "plugins_of_ours"
        plugins.write_text("[rabbitmq_management].\n")
        self._environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = str(plugins)
        told = f'[{{rabbitmq_management, [{{tcp_config, [{{ip, "127.0.0.1"}}, {{port, {self.admin_port}}}]}}]}}].'
        (self.folder / "advanced.config").write_text(told)
        super().start()
        until(lambda: answers(self.admin_port), "the management interface")
        if "chief" not in self.control("list_users"):
            self.control("add_user", "chief", self.password)
            self.control("set_user_tags", "chief", "administrator")
            self.control("set_permissions", "chief", ".*", ".*", ".*")

    @property
    def admin_url(self) -> str:
        return f"http://chief:{self.password}@127.0.0.1:{self.admin_port}"

    @property
    def gateway_url(self) -> str:
        """What a gateway is told as its broker; ``kora gateway init`` makes host and account."""
        return f"amqp://gateway:{self.password}@127.0.0.1:{self.port}/kora"


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a process and all it started, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(15)
