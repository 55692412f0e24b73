"""``kora gateway``: verbs, keys and exit codes are a contract with scripts."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import kora
from gateway.audit import OperatorAction
from gateway.members import queries as places
from gateway.members.operations import words_of
from gateway.ops import canaries, parkings, queries
from gateway.partners.models import Submission
from interface.tables import Role, User
from queues.tables import inbox
from tests.builders import a_work
from tests.connectors.partner import Clock
from tests.gateway.scenes import busy
from tests.gateway.world import PASSWORD, World

ENTRY = {"id", "type", "node", "subject", "state", "since", "reason"}
ROOT = Path(__file__).parents[2]


def run(world: World | Path, *arguments: str, given: str | None = None) -> Result:
    """The command on the world's own folder, as somebody beside the running gateway would call it."""
    folder = world if isinstance(world, Path) else world.gateway.settings.data
    carrier = folder.parent / "carrier.sqlite"
    environment = {"KORA_BROKER_URL": f"sqlitelease:///{carrier}", "KORA_CISNET_WINDOW_S": "60"}
    command = ["gateway", "--data", str(folder), *arguments]
    return CliRunner().invoke(kora.main, command, env=environment, input=given)


def asked(world: World | Path, *arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON on standard output."""
    result = run(world, *arguments, "--json")
    assert result.stdout, result.output
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def clock() -> Clock:
    """Commands read the real clock, so the gateway beside them begins there too."""
    clock = Clock()
    clock.now = datetime.now(UTC).replace(microsecond=0)
    return clock


def test_init_makes_the_key_the_roles_and_a_link_that_works_once(tmp_path: Path) -> None:
    code, answer = asked(tmp_path / "g", "init", "--url", "https://gateway.example/")
    assert (code, set(answer)) == (0, {"data", "gateway", "link", "token"})
    assert answer["link"] == f"https://gateway.example/set-up/{answer['token']}"
    assert answer["gateway"] == "g1"
    key = tmp_path / "g" / "signing-key.json"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    _, again = asked(tmp_path / "g", "init")
    assert (key.read_bytes(), again["token"] != answer["token"]) == (before, True)


def test_init_says_the_same_to_people(tmp_path: Path) -> None:
    result = run(tmp_path / "g", "init")
    assert result.exit_code == 0
    assert "First operator, once, within 24 hours: http://127.0.0.1:8602/set-up/" in result.stdout


def test_the_link_makes_the_first_operator(world: World) -> None:
    _, answer = asked(world, "init")
    client = world.app.test_client()
    path = f"/set-up/{answer['token']}"
    page = client.get(path).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    told = {"full_name": "Rita", "email": "rita@gateway.example", "password": PASSWORD, "again": PASSWORD}
    assert client.post(path, data={"csrf_token": token, **told}).status_code == 302
    with world.sessions() as session:
        (user,) = session.scalars(select(User)).all()
        assert [role.name for role in user.roles] == ["operator"]
        assert set(session.scalars(select(Role.name))) == {"operator", "viewer"}
    assert client.get("/ops").status_code == 200
    assert world.app.test_client().get(path).status_code == 404


def test_migrate_can_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(tmp_path / "g", "migrate").exit_code == 0


def test_an_account_gets_a_one_time_password(world: World) -> None:
    code, answer = asked(world, "user", "add", "--email", "ada@gateway.example", "--name", "Ada", "--role", "operator")
    assert (code, answer["email"], answer["roles"]) == (0, "ada@gateway.example", ["operator"])
    assert len(answer["password"]) >= 12
    with world.sessions() as session:
        assert session.scalars(select(User)).one().must_change_password


def test_a_password_from_standard_input_is_not_printed(world: World) -> None:
    arguments = ["user", "add", "--email", "ada@gateway.example", "--name", "Ada", "--password-stdin", "--json"]
    result = run(world, *arguments, given=f"{PASSWORD}\n")
    assert json.loads(result.stdout) == {"email": "ada@gateway.example", "roles": ["viewer"], "password": None}
    browser = world.app.test_client()
    token = browser.get("/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"csrf_token": token, "email": "ada@gateway.example", "password": PASSWORD}
    assert browser.post("/sign-in", data=sent).headers["Location"] == "/account/password"


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["--email", "ada@gateway.example"], None, "ada@gateway.example has an account"),
        (["--email", "bo@gateway.example", "--role", "king"], None, "king"),
        (["--email", "bo@gateway.example", "--password-stdin"], "short\n", "too weak: short"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(
    world: World, arguments: list[str], given: str | None, said: str
) -> None:
    asked(world, "user", "add", "--email", "ada@gateway.example", "--name", "Ada")
    result = run(world, "user", "add", "--name", "Bo", *arguments, given=given)
    assert (result.exit_code, said in result.stderr) == (1, True)
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1


def test_a_node_is_added_listed_approved_and_suspended(world: World) -> None:
    code, answer = asked(world, "node", "add", "97", "SMALL SOCIETY")
    assert (code, set(answer), answer["id"]) == (0, {"id", "code", "expires"}, "n001")
    office = world.office(("997", "TAMALA"), approved=False)
    words = list(world.ask(words_of, office.node_id))
    assert asked(world, "node", "list") == (0, [
        {"id": "n001", "society": "097", "name": "SMALL SOCIETY", "state": "added", "words": []},
        {"id": "n002", "society": "997", "name": "TAMALA", "state": "pending", "words": words},
    ])  # fmt: skip
    assert asked(world, "node", "approve", "n002")[1]["state"] == "active"
    assert asked(world, "node", "suspend", "n002", "--reason", "stolen laptop")[1]["state"] == "suspended"
    assert world.ask(places.get, "n002").state == "suspended"
    with world.sessions() as session:
        last = session.scalars(select(OperatorAction).order_by(OperatorAction.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject, last.reason) == ("node-suspended", "node/n002", "stolen laptop")
    assert last.by.startswith("command line")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["node", "add", "ABC", "NAME"], 2, "a number of up to three digits"),
        (["node", "add", "997", "TAMALA"], 1, "this society has a working node: n001"),
        (["node", "approve", "n009"], 1, "there is no node n009"),
        (["node", "approve", "n001"], 1, "n001 is active"),
        (["ops", "message", "019300aa-0000-7000-8000-000000000000"], 1, "there is no message"),
        (["ops", "rerun"], 2, "either ID or --group"),
        (["ops", "rerun", "nothing"], 1, "nothing of nothing waits"),
        (["ops", "giveup", "nothing"], 2, "--reason"),
        (["ops", "giveup", "nothing", "--reason", " "], 2, "the node needs to know why"),
        (["ops", "giveup", "nothing", "--reason", "x"], 1, "nothing of nothing waits"),
        (["ops", "pause", "nobody"], 2, "one of cisnet"),
        (["replay", "--node", "n009", "--from", "1", "--to", "2"], 1, "there is no node n009"),
        (["replay", "--node", "n001", "--from", "2", "--to", "1"], 2, "it comes before --from"),
    ],
)
def test_what_cannot_be_done_says_why_without_a_trace(world: World, arguments: list[str], code: int, said: str) -> None:
    world.office()
    result = run(world, *arguments)
    assert (result.exit_code, said in result.stderr, "Traceback" in result.output) == (code, True, False)


def test_status_has_the_keys_of_the_contract_and_its_exit_code_says_whether_all_is_well(trade: World) -> None:
    code, fresh = asked(trade, "ops", "status")
    assert (code, fresh["ok"]) == (0, True)
    busy(trade)
    code, answer = asked(trade, "ops", "status")
    assert set(answer) == {"ok", "nodes", "queues", "partners", "parked", "oldest_seconds"}
    node_keys = {"id", "seen_seconds", "outbox", "receipt_lag_seconds", "held", "refused"}
    assert [set(one) for one in answer["nodes"]] == [node_keys] * 4
    assert [set(one) for one in answer["queues"]] == [{"name", "ready", "unacked", "consumers", "oldest_seconds"}] * 6
    partner_keys = {"name", "state", "waiting", "parked", "success_percent", "p95_seconds"}
    assert [set(one) for one in answer["partners"]] == [partner_keys]
    assert [one["name"] for one in answer["queues"]] == [
        "in.n001", "out.n001", "in.n002", "out.n002", "conn.cisnet", "parking"
    ]  # fmt: skip
    assert (answer["partners"][0]["waiting"], answer["parked"]) == (1, 0)
    assert run(trade, "ops", "status").stdout.splitlines()[-2] == "parked   0"


def test_messages_are_listed_narrowed_and_told_one_by_one(trade: World) -> None:
    office = trade.office()
    id_ = office.say(a_work())
    trade.run()
    code, listed = asked(trade, "ops", "messages")
    assert (code, [set(one) for one in listed]) == (0, [ENTRY] * 3)
    assert asked(trade, "ops", "messages", "--direction", "in", "--node", "n001")[1] == [
        one for one in listed if one["id"] == id_
    ]
    with trade.sessions() as session:
        reference = session.scalar(select(Submission.reference))
    assert [one["id"] for one in asked(trade, "ops", "messages", "--find", reference)[1]] == [id_]
    assert asked(trade, "ops", "messages", "--state", "parked")[1] == []
    code, one = asked(trade, "ops", "message", id_)
    assert (code, set(one)) == (0, ENTRY | {"steps"})
    assert {frozenset(step) for step in one["steps"]} == {frozenset({"at", "step", "detail"})}
    assert [step["step"] for step in one["steps"]][:5] == ["received", "applied", "routed", "called", "handed-over"]
    assert id_ in run(trade, "ops", "messages").stdout


def test_what_is_parked_is_listed_run_again_and_given_up(stuck: World) -> None:
    assert asked(stuck, "ops", "status")[0] == 1
    code, waiting = asked(stuck, "ops", "parked")
    assert (code, [set(one) for one in waiting]) == (0, [ENTRY] * 2)
    assert {one["reason"] for one in waiting} == {"F4: no version of CWR that can be sent: 9.9"}
    first, second = (one["id"] for one in waiting)
    assert asked(stuck, "ops", "giveup", first, "--reason", "register it anew") == (0, {"given_up": 1})
    assert asked(stuck, "ops", "rerun", second, "--reason", "tried again") == (0, {"run": 1})
    assert stuck.ask(parkings.count) == 0
    stuck.carry()
    assert [code for _, code in stuck.offices[0].heard()] == ["given-up"]


def test_a_group_runs_again_by_its_key_or_by_one_of_its_messages(stuck: World) -> None:
    key = run(stuck, "ops", "parked").stdout.split()[0]
    assert stuck.ask(parkings.group, "job-1").key == key
    assert asked(stuck, "ops", "rerun", "--group", key) == (0, {"run": 2})
    stuck.exchange()
    id_ = asked(stuck, "ops", "parked")[1][1]["id"]
    assert asked(stuck, "ops", "rerun", "--group", id_) == (0, {"run": 2})


def test_a_partner_is_paused_and_resumed(stuck: World) -> None:
    assert run(stuck, "ops", "pause", "cisnet", "--reason", "maintenance").exit_code == 0
    assert stuck.ask(queries.partner_status, stuck.gateway.partners["cisnet"], stuck.clock()).state == "paused"
    assert run(stuck, "ops", "resume", "cisnet").exit_code == 0
    assert stuck.ask(queries.partner_status, stuck.gateway.partners["cisnet"], stuck.clock()).state == "working"


def test_a_rerun_is_rehearsed_and_a_group_given_up(stuck: World) -> None:
    key = run(stuck, "ops", "parked").stdout.split()[0]
    code, answer = asked(stuck, "ops", "rerun", "--group", key, "--dry-run")
    assert (code, answer["run"], [one["end"] for one in answer["would"]]) == (0, 0, ["waits-set-up"] * 2)
    assert answer["would"][0]["detail"].startswith("KORA_CISNET_HOST, ")
    first = answer["would"][0]["id"]
    assert asked(stuck, "ops", "rerun", first, "--dry-run")[1]["would"] == answer["would"][:1]
    assert stuck.ask(parkings.count) == 2
    assert asked(stuck, "ops", "rerun", "--group", key, "--at-a-time", "1", "--go-on") == (0, {"run": 2})
    assert stuck.ask(parkings.count) == 1
    assert asked(stuck, "ops", "giveup", "--group", key, "--reason", "register it anew") == (0, {"given_up": 1})
    assert stuck.ask(parkings.count) == 0


def test_a_list_is_narrowed_by_several_things_at_once(stuck: World) -> None:
    def found(*options: str) -> int:
        code, listed = asked(stuck, "ops", "messages", *options)
        assert code == 0
        return len(listed)

    assert found("--state", "parked", "--state", "refused", "--error", "F4") == 2
    assert found("--type", "kora.work.registered.v1", "--partner", "cisnet", "--find", "OTHER SONG") == 1
    assert found("--from", "2020-01-01", "--to", "2020-12-31") == 0
    assert found("--external", "CW260001997_996.V21") == 0
    assert found("--direction", "in", "--with-rerun", "--node", "n001") == 2


def test_a_node_is_paused_and_resumed(world: World) -> None:
    world.office()
    assert run(world, "ops", "pause-node", "n001", "--reason", "maintenance").stdout == "n001 is paused\n"
    assert world.ask(places.talking) == []
    assert asked(world, "ops", "status")[0] == 1
    assert run(world, "ops", "resume-node", "n001").exit_code == 0
    assert world.ask(places.talking) == ["n001"]
    assert "n001 is active: this cannot be done now" in run(world, "ops", "resume-node", "n001").stderr


def test_alerts_are_listed_and_acknowledged_and_the_exit_code_says_whether_somebody_is_needed(stuck: World) -> None:
    assert asked(stuck, "ops", "alerts") == (0, [])
    stuck.clock.move(3700)
    stuck.carry()
    code, (alert,) = asked(stuck, "ops", "alerts")
    assert set(alert) == {
        "id", "condition", "subject", "event", "at", "ended_at", "detail", "acknowledged_by", "acknowledged_at", "note"
    }  # fmt: skip
    assert (code, alert["condition"], alert["subject"], alert["event"]) == (1, "parked", "parking", "began")
    code, (alert,) = asked(stuck, "ops", "alerts", "--acknowledge", "1", "--note", "the version is put right")
    assert (code, alert["note"]) == (0, "the version is put right")
    assert len(asked(stuck, "ops", "alerts", "--all")[1]) == 1
    assert run(stuck, "ops", "alerts", "--acknowledge", "7", "--note", "x").exit_code == 1
    assert run(stuck, "ops", "alerts", "--acknowledge", "1").exit_code == 2


def test_a_canary_is_sent_and_waited_for(world: World) -> None:
    assert "no node to send to" in run(world, "ops", "canary").stderr
    world.office()
    code, (canary,) = asked(world, "ops", "canary", "--wait", "0")
    assert (code, set(canary), canary["roundtrip_seconds"]) == (1, {"id", "node", "at", "roundtrip_seconds"}, None)
    world.clock.move(60)
    world.carry()
    assert world.ask(canaries.last)["n001"].roundtrip_seconds is not None
    assert run(world, "ops", "canary", "--node", "n009").exit_code == 1


def test_replay_leaves_what_was_applied_and_tries_what_was_refused(world: World) -> None:
    office = world.office()
    office.say(a_work())
    office.post("kora.work.registered.v1", "work/none", {"titles": "none"})
    world.carry()
    stretch = ["replay", "--node", "n001", "--from", "1", "--to", "10"]
    expected = {"node": "n001", "from": 1, "to": 10, "read": 2, "handled": 1, "left": 1, "untrusted": 0}
    with world.sessions() as session:
        before = session.execute(select(inbox).order_by(inbox.c.id)).all()
    assert asked(world, *stretch, "--dry-run") == (0, expected | {"dry_run": True})
    with world.sessions() as session:
        assert session.execute(select(inbox).order_by(inbox.c.id)).all() == before
    assert asked(world, *stretch) == (0, expected | {"dry_run": False})
    assert world.outcomes() == [("kora.work.registered.v1", "applied"), ("kora.work.registered.v1", "refused")]


def test_help_of_every_verb_is_there_without_opening_anything(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    for arguments in ([], ["user", "add"], ["node"], ["node", "add"], ["ops"], ["ops", "rerun"], ["replay"], ["serve"]):
        result = run(folder, *arguments, "--help")
        assert (result.exit_code, "Usage:" in result.stdout) == (0, True)
    assert not folder.exists()


def served(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """The gateway in a process of its own, as it runs in production."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("KORA_")}
    command = [sys.executable, "-m", "kora", "gateway", "serve", "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=settings | {"KORA_DATA": str(folder)}, stderr=subprocess.PIPE)


def test_serve_answers_and_ends_with_zero_when_it_is_told_to(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with served(tmp_path / "g", port) as process:
        try:
            assert process.stderr is not None
            assert f"http://127.0.0.1:{port}/" in process.stderr.readline().decode()
            answer = _when_it_answers(f"http://127.0.0.1:{port}/health")
            assert answer == {"ok": True, "parked": 0, "due": 0, "awaited": 0, "nodes": 0}
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
            assert "Traceback" not in process.stderr.read().decode()
        finally:
            process.kill()


def _when_it_answers(url: str) -> Any:
    """The line on standard error stands before the loop of the server begins, so the first try may come too early."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
                return json.load(answer)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def test_serve_names_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with served(tmp_path / "g", port) as process:
            _, said = process.communicate(timeout=60)
    assert (process.returncode, f"port {port} on 127.0.0.1 cannot be used" in said.decode()) == (1, True)


def test_ops_audit_tells_what_people_did(trade: World) -> None:
    trade.office()
    asked(trade, "node", "suspend", "n001", "--reason", "stolen laptop")
    code, found = asked(trade, "ops", "audit", "--about", "n001", "--action", "node-suspended")
    assert (code, len(found)) == (0, 1)
    assert set(found[0]) == {"id", "at", "by", "action", "subject", "node_id", "reason"}
    assert (found[0]["action"], found[0]["subject"], found[0]["reason"]) == (
        "node-suspended", "node/n001", "stolen laptop",
    )  # fmt: skip
    assert found[0]["by"].startswith("command line, ")
    assert "stolen laptop" in run(trade, "ops", "audit").stdout
    assert asked(trade, "ops", "audit", "--by", "nobody") == (0, [])
