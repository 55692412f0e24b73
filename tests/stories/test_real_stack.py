"""The thread on RabbitMQ and PostgreSQL, every process as in production: pages, carriage and workers apart."""

import os
import re
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from amqp.exceptions import AccessRefused
from kombu import Connection
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.databases import Databases
from tests.gateway.running import Administered
from tests.samples.publisher import publisher_file
from tests.services import until
from tests.stories.telling import STEPS, demonstration, faults_of, processes_of, told

pytestmark = [pytest.mark.services("postgresql", "rabbitmq"), pytest.mark.timeout(500)]

PATIENCE_SECONDS = 400


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administered]:
    """A broker of these stories alone, because the gateway takes away its default account."""
    own = Administered(tmp_path_factory.mktemp("broker"))
    own.start()
    yield own
    own.stop()


@pytest.fixture
def servers(broker: Administered, databases: Databases) -> Iterator[dict[str, str]]:
    """What somebody sets who runs the demonstration on servers: a virtual host to be made, and an empty database."""
    url = databases.named("demo")
    yield {
        "KORA_BROKER_URL": broker.gateway_url,
        "KORA_BROKER_ADMIN_URL": broker.admin_url,
        "KORA_DATABASE_URL": url,
    }
    if "kora" in broker.control("list_vhosts").split():
        broker.control("delete_vhost", "kora")
    server = create_engine(databases.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        for name in databases_beside(url):
            # Not by force, which a server that is just tidying up there would refuse.
            connection.exec_driver_sql(f"DROP DATABASE {name}")


def asked(url: str, question: str, **values: str) -> list[str]:
    """The first column of an answer, over the rows of all nodes."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('kora.node_id', '*', true)"))
        return list(connection.scalars(text(question), values))


def databases_beside(url: str) -> list[str]:
    """Databases the demonstration made, because a part needs one of its own."""
    begins = "SELECT datname FROM pg_database WHERE starts_with(datname, :name) ORDER BY datname"
    return asked(url, begins, name=f"{make_url(url).database}_")


def holders(url: str) -> set[int]:
    """Process ids of the workers that hold rows for a partner now; none before there is a table."""
    if asked(url, "SELECT to_regclass('job')::text") == [None]:
        return set()
    held = "SELECT DISTINCT lease_owner FROM job WHERE kind = 'partner:cisnet' AND state = 'running'"
    return {int(owner.split(":")[1]) for owner in asked(url, held)}


def kill_a_worker_at_work(url: str) -> int:
    """SIGKILL to a Celery worker and its child, at a moment when the child holds rows; the group's id."""
    busy: set[int] = set()

    def is_at_work() -> bool:
        busy.clear()
        busy.update(os.getpgid(pid) for pid in holders(url))
        return bool(busy)

    until(is_at_work, "a worker that holds rows", PATIENCE_SECONDS)
    group = busy.pop()
    os.killpg(group, signal.SIGKILL)
    return group


def test_the_story_loses_nothing_though_a_worker_is_killed_at_its_work(tmp_path: Path, servers: dict[str, str]) -> None:
    """353 works of a publisher on top of the planted ones, two workers, and one of them killed while it sends."""
    folder, path = tmp_path / "demo", tmp_path / "CW260007TWP_997.V21"
    path.write_bytes(publisher_file(353, 60, wrong=3))
    killed: list[int] = []
    killer = threading.Thread(target=lambda: killed.append(kill_a_worker_at_work(servers["KORA_DATABASE_URL"])))
    killer.start()
    code, answer = told(folder, "--import", str(path), seconds=PATIENCE_SECONDS, **servers)
    killer.join(10)
    assert len(killed) == 1
    assert faults_of(answer) == []
    assert (code, [step["step"] for step in answer["story"]]) == (0, STEPS)
    messages, works = answer["messages"], answer["works"]
    assert (messages["lost"], messages["duplicated"], messages["parked"]) == (0, 0, 0)
    assert messages["sent"] == messages["applied"] + messages["refused"]
    assert (works["imported"], works["quarantined"], works["rejected"]) == (350, 4, 0)
    assert works["acknowledged"] == works["sent"] >= 350
    assert works["with_iswc"] == works["sent"] - 1  # the work in conflict waits for a person
    assert "RabbitMQ" in answer["story"][0]["detail"] and "PostgreSQL" in answer["story"][0]["detail"]
    assert processes_of(folder) == {}
    files = {path.name for path in folder.rglob("*") if path.suffix in (".sqlite", ".db")}
    assert files == {"simulator.sqlite"}  # the partner's own


BACKGROUND = [
    "gateway exchange",
    "gateway serve",
    "gateway worker",
    "gateway worker",
    "node serve",
    "node serve",
    "node worker",
    "node worker",
    "simulate cisnet",
]


def started(folder: Path) -> list[str]:
    """The commands that run, each once however many processes it made."""
    groups = {os.getpgid(pid): command for pid, command in processes_of(folder).items()}
    return sorted(" ".join(command.split()[:2]) for command in groups.values())


def test_a_running_demonstration_has_accounts_that_open_one_door_each(
    tmp_path: Path, servers: dict[str, str], broker: Administered
) -> None:
    folder = tmp_path / "demo"
    with demonstration(folder, **servers) as process:
        assert process.stdout is not None
        page = read_until(process, "Stop with Ctrl-C")
        assert len(re.findall(r"http://127\.0\.0\.1:\d+", page)) == 3
        assert "Messages through RabbitMQ, data in PostgreSQL" in page
        assert started(folder) == BACKGROUND
        lines = {part: folder / part / "broker-url" for part in ("node-a", "node-b")}
        for path in lines.values():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        urls = {part: path.read_text().strip() for part, path in lines.items()}
        users = {part: make_url(url).username for part, url in urls.items()}
        assert sorted(users.values()) == ["n001", "n002"]
        for part, url in urls.items():
            other = next(user for user in users.values() if user != users[part])
            assert may_read(url, f"out.{users[part]}")
            assert not may_read(url, f"out.{other}")
            assert not may_read(url, f"in.{other}")
            assert not may_read(url, "conn.cisnet")
        assert "guest" not in broker.control("list_users")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert processes_of(folder) == {}


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What a process says until these words; it must not end before."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended and said: {said}")


def may_read(url: str, queue: str) -> bool:
    """Whether an account may consume a queue; what comes is given back."""
    with Connection(url) as line:
        channel = line.channel()
        try:
            channel.basic_consume(queue)
        except AccessRefused:
            return False
    return True


def test_two_variables_are_enough_and_what_lay_in_the_database_is_left_alone(
    tmp_path: Path, servers: dict[str, str], broker: Administered
) -> None:
    """Who has no administrator's account at the broker names a broker and a database, here one that is in use."""
    url = servers["KORA_DATABASE_URL"]
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE precious (it INTEGER)"))
    for command in (["add_vhost", "plain"], ["add_user", "plain", "a word"]):
        broker.control(*command)
    broker.control("set_permissions", "-p", "plain", "plain", ".*", ".*", ".*")
    two = {"KORA_BROKER_URL": f"amqp://plain:a%20word@127.0.0.1:{broker.port}/plain", "KORA_DATABASE_URL": url}
    code, answer = told(tmp_path / "demo", seconds=PATIENCE_SECONDS, **two)
    assert faults_of(answer) == []
    assert (code, answer["messages"]["lost"], answer["messages"]["duplicated"]) == (0, 0, 0)
    assert answer["works"]["acknowledged"] == answer["works"]["sent"] == 51
    assert "in.n002" in broker.control("list_queues", "-p", "plain", "name")
    name = make_url(url).database
    assert asked(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == ["precious"]
    assert databases_beside(url) == [f"{name}_2", f"{name}_2_node_a", f"{name}_2_node_b"]
