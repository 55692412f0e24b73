"""What running processes say of themselves, and what is asked outside the database: queues, broker, certificates."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kombu import Connection
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from gateway.gateway import open_gateway
from gateway.ops import alerts, beats, certificates
from gateway.ops.alerts import Condition, Watch
from gateway.ops.beats import Beats
from gateway.ops.lines import Lines, nearly_full, unread_queues
from gateway.ops.models import Alert
from queues import Depth, declare, node_urn, post
from tests.builders import a_right_owner
from tests.connectors.partner import Clock
from tests.databases import BOTH
from tests.gateway.world import World, settings_for
from tests.services import RabbitMQ


def events(world: World) -> list[tuple[str, str, str]]:
    with world.sessions() as session:
        return [(one.condition, one.subject, one.event) for one in session.scalars(select(Alert).order_by(Alert.id))]


@BOTH
def test_the_parts_of_a_process_are_counted_and_told_to_prometheus(world: World) -> None:
    world.office().say(a_right_owner())
    world.carry()
    world.clock.move(10)
    world.carrier.run_once()
    counted = {one.part: one for one in world.ask(beats.parts)}
    assert set(counted) == {"intake", "relay", "reruns", "alerts"}
    assert counted["intake"].turns == counted["relay"].turns + 1  # the row is written between the two
    assert {one.failures for one in counted.values()} == {0}
    assert counted["intake"].last_at == world.clock()
    world.clock.move(60)
    page = world.app.test_client().get("/metrics").text
    found = {
        (sample.name, sample.labels.get("part")): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert found["kora_last_turn_seconds", "intake"] == 60
    assert found["kora_turn_seconds_count", "relay"] == counted["relay"].turns
    assert found["kora_turn_failures_total", "relay"] == 0


def test_a_turn_that_fails_is_counted_as_failed_and_fails_all_the_same(world: World) -> None:
    count = Beats(world.gateway.sessions, "here:1")

    def fails(now: datetime) -> int:
        raise ConnectionError("the line is down")

    turn = count.timed("relay", fails)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            turn(world.clock())
    count.run_once(world.clock())
    (row,) = world.ask(beats.parts)
    assert (row.instance, row.part, row.turns, row.failures) == ("here:1", "relay", 2, 2)


def test_processes_of_yesterday_are_forgotten(world: World) -> None:
    for name in ("old:1", "new:2"):
        count = Beats(world.gateway.sessions, name)
        count.timed("intake", lambda now: 0)(world.clock())
        count.run_once(world.clock())
        world.clock.move(25 * 3600)
    assert [row.instance for row in world.ask(beats.parts)] == ["new:2"]


def test_a_carrier_that_stands_still_is_seen_by_whoever_looks(world: World) -> None:
    world.office()
    world.carry()
    browser = world.sign_in("viewer")
    browser.open("/ops")
    assert "All is well" in browser.words()
    world.clock.move(180)
    browser.open("/ops")
    assert "no process carries messages" in browser.words()
    world.carry()
    world.clock.move(10)
    world.carry()
    browser.open("/ops")
    assert "All is well" in browser.words()
    assert events(world) == []


def test_only_our_own_queues_need_a_reader() -> None:
    found = {
        "in.n001": Depth(4, 0), "in.n002": Depth(0, 0), "in.n003": Depth(9, 1), "out.n001": Depth(7, 0),
        "conn.cisnet": Depth(1, 0), "in.n004": Depth(5, None),
    }  # fmt: skip
    assert unread_queues(found) == ["in.n001", "conn.cisnet"]


def test_a_queue_is_nearly_full_from_eighty_percent_on() -> None:
    found = {"out.n001": Depth(799, 0), "out.n002": Depth(800, 0), "in.n001": Depth(160_000, 1), "parking": Depth(9, 0)}
    assert nearly_full(found) == [
        Condition("nearly-full", "queue/out.n002", "800 / 1000"),
        Condition("nearly-full", "queue/in.n001", "160000 / 200000"),
    ]


def test_a_node_that_fetches_nothing_fills_its_queue_which_is_told_once(world: World) -> None:
    office, told = world.office(), node_urn("n001")
    with world.gateway.sessions.begin() as session:
        for number in range(810):
            post(
                session, node_id="n001", stream=told, type="kora.message.refused.v1", subject=f"work/{number}", data={},
                now=world.clock(),
            )  # fmt: skip
    while world.carrier.run_once():
        pass
    for _ in range(3):
        world.clock.move(60)
        world.carrier.run_once()
    assert events(world) == [("nearly-full", "queue/out.n001", "began")]
    browser = world.sign_in("viewer")
    browser.open("/ops/alerts")
    assert "a queue is nearly full" in browser.words()
    assert "out.n001" in browser.words()
    assert 'href="/ops#queues"' in browser.page
    browser.open("/ops")
    assert "a queue is nearly full" in browser.words() or "1 alert nobody looks after" in browser.words()
    office.turn()
    world.clock.move(60)
    world.carrier.run_once()
    assert events(world)[1:] == [("nearly-full", "queue/out.n001", "ended")]


@pytest.mark.services("rabbitmq")
def test_messages_that_nobody_reads_and_a_broker_that_is_away_are_told(tmp_path: Path, clock: Clock) -> None:
    server = RabbitMQ(tmp_path / "rabbitmq")
    server.start()
    settings = settings_for(tmp_path, broker_url=server.url, broker_accounts=False)
    world = World(tmp_path, open_gateway(settings, now=clock), clock)
    try:
        declare(settings.broker, ["n001"])
        office = world.office()
        office.say(a_right_owner())
        office.relay.run_once(clock())
        lines = Lines(world.gateway)
        assert lines.conditions(clock(), ()) == []
        clock.move(60)
        assert lines.conditions(clock(), ()) == []
        clock.move(60)
        unread = Condition("unread", "queue/in.n001", "1")
        assert lines.conditions(clock(), ()) == [unread]
        # A process that starts now does not end what another one began.
        assert Lines(world.gateway).conditions(clock(), {("unread", "queue/in.n001")}) == [unread]
        world.carrier.run_once()
        clock.move(60)
        assert lines.conditions(clock(), {("unread", "queue/in.n001")}) == []
        server.kill()
        with pytest.raises(OSError), Connection(server.url, connect_timeout=2) as line:
            line.connect()
        clock.move(60)
        (away,) = lines.conditions(clock(), ())
        assert (away.kind, away.subject) == ("broker", "broker")
    finally:
        world.close()
        server.stop()


def a_certificate(folder: Path, until: datetime) -> tuple[Path, Path]:
    """A certificate for this machine that nobody signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=90))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@contextmanager
def speaking_tls(certificate: Path, key: Path) -> Iterator[str]:
    """A server that shakes hands and says nothing more; ``host:port``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stopping = threading.Event()
        listening.settimeout(0.2)

        def serve() -> None:
            while not stopping.is_set():
                with suppress(TimeoutError, OSError):
                    line, _ = listening.accept()
                    with line, context.wrap_socket(line, server_side=True):
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        stopping.set()
        thread.join()


def test_a_certificate_near_its_end_is_told_and_one_renewed_is_well_again(world: World, tmp_path: Path) -> None:
    soon, later = world.clock() + timedelta(days=29), world.clock() + timedelta(days=31)
    file, _ = a_certificate(tmp_path / "file", later)
    with speaking_tls(*a_certificate(tmp_path / "server", soon)) as server:
        settings = world.gateway.settings.model_copy(update={"certificates": f"{server}, {file}"})
        watch = Watch(replace(world.gateway, settings=settings))
        watch.run_once(world.clock())
    assert {one.source: one.not_after for one in world.ask(certificates.known)} == {server: soon, str(file): later}
    assert events(world) == [("certificate", f"certificate/{server}", "began")]
    browser = world.sign_in("viewer")
    browser.open("/ops/alerts")
    assert "a certificate ends within 30 days" in browser.words()
    assert re.search(rf"{re.escape(str(file))} 25 Dec 2026 12:00", browser.words())
    metrics = world.app.test_client().get("/metrics").text
    told = {
        sample.labels["source"]: sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name == "kora_certificate_expiry_seconds"
    }
    assert told == {server: 29 * 86400, str(file): 31 * 86400}
    world.clock.move(3600)
    watch.run_once(world.clock())  # the server is gone, what was known of it stays
    assert [one.kind for one in world.ask(alerts.conditions, world.clock())] == ["certificate"]
    a_certificate(tmp_path / "file", later + timedelta(days=60))
    world.clock.move(3600)
    Watch(open_gateway(settings.model_copy(update={"certificates": str(file)}), now=world.clock)).run_once(
        world.clock()
    )
    assert events(world)[1:] == [("certificate", f"certificate/{server}", "ended")]
    assert [one.not_after for one in world.ask(certificates.known)] == [later + timedelta(days=60)]


def test_the_certificate_of_a_broker_behind_tls_is_looked_at_unasked(tmp_path: Path) -> None:
    told = {"broker_url": "amqps://gateway@broker.example/kora", "broker_public_url": "amqps://mq.example:5999/kora"}
    settings = settings_for(tmp_path, certificates="www.example:443,/etc/kora/web.pem, broker.example:5671", **told)
    assert certificates.sources(settings) == [
        "broker.example:5671", "mq.example:5999", "www.example:443", "/etc/kora/web.pem",
    ]  # fmt: skip
