"""Calls to partners over HTTP: what may go wrong on the way, tried on real connections."""

import json
import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import PartnerFailure
from connectors.simulating import HTTPSimulator, Switches
from connectors.web import MemoryBucket, Redaction, Web, WebSettings
from tests.connectors.partner import Clock

SECRET = "s3cret-key"
ECHO, MOVED, BROKEN, FULL = "/echo", "/moved", "/broken", "/full"
STATUSES = {ECHO: "200 OK", MOVED: "302 Found", BROKEN: "500 Internal Server Error", FULL: "503 Service Unavailable"}


class Mirror(HTTPSimulator):
    """A service that answers with what it was asked."""

    def app(self) -> Any:
        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            said = {"body": body.decode(), "key": environ.get("HTTP_X_KEY"), "query": environ["QUERY_STRING"]}
            start(
                STATUSES.get(environ["PATH_INFO"], "200 OK"),
                [("Location", "/echo"), ("Content-Type", "application/json")],
            )
            self.log.add("done", environ["PATH_INFO"])
            return [json.dumps(said).encode()]

        return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mirror(tmp_path: Path, clock: Clock) -> Iterator[tuple[Mirror, WebSettings]]:
    simulator = Mirror("mirror", tmp_path / "mirror", now=clock)
    ready = simulator.start()
    redaction = Redaction(frozenset({"x-key"}), frozenset({"password"}))
    yield simulator, WebSettings(ready["url"], {"X-Key": SECRET}, redaction, timeout_s=5)
    simulator.stop()


def failure_of(web: Web, path: str = ECHO, **options: Any) -> PartnerFailure:
    with pytest.raises(PartnerFailure) as failure:
        web.call("GET", path, doing="asking", **options)
    return failure.value


def test_a_call_carries_the_key_and_comes_back_with_the_bytes_of_both_sides(mirror: tuple[Mirror, WebSettings]) -> None:
    answer = Web(mirror[1]).call("POST", ECHO, doing="asking", params={"a": "b c"}, body={"title": "أغنية"})
    said = answer.json("asking")
    assert (answer.status, said["key"], said["query"]) == (200, SECRET, "a=b+c")
    assert json.loads(said["body"]) == json.loads(answer.sent) == {"title": "أغنية"}


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"down": True}, "F1"),
        ({"cut": 40}, "F1"),
        ({"lost_answers": 1}, "F1"),
        ({"deny": True}, "F5"),
        ({"oversize": True}, "F3"),
        ({"rate": 0}, "F2"),
    ],
)
def test_a_fault_of_the_partner_has_its_class_and_did_happen(
    mirror: tuple[Mirror, WebSettings], switches: dict[str, Any], kind: str
) -> None:
    simulator, settings = mirror
    simulator.control.set(**switches)
    assert failure_of(Web(settings)).failure_class == kind
    assert simulator.log.details(next(iter(switches))) != []
    simulator.control.set(**{name: getattr(Switches(), name) for name in switches})
    assert Web(settings).call("GET", ECHO, doing="asking").status == 200


def test_a_call_that_may_not_be_repeated_is_uncertain_when_its_answer_is_lost(
    mirror: tuple[Mirror, WebSettings],
) -> None:
    simulator, settings = mirror
    simulator.control.set(lost_answers=1)
    assert failure_of(Web(settings), repeatable=False).failure_class == "F8"
    assert simulator.log.details("done") == [ECHO]
    simulator.control.set(deny=True)
    assert failure_of(Web(settings), repeatable=False).failure_class == "F5"


def test_nobody_there_is_no_riddle_even_for_a_call_that_may_not_be_repeated() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    web = Web(WebSettings(f"http://127.0.0.1:{port}", timeout_s=2))
    assert failure_of(web, repeatable=False).failure_class == "F1"


def test_a_partner_slower_than_our_patience_is_a_failure_of_the_network(mirror: tuple[Mirror, WebSettings]) -> None:
    simulator, settings = mirror
    simulator.control.set(slow=30)
    assert failure_of(Web(replace(settings, timeout_s=0.5))).failure_class == "F1"
    assert simulator.log.details("slow") == [f"GET {ECHO}"]


@pytest.mark.parametrize(("path", "kind"), [(MOVED, "F4"), (BROKEN, "F3"), (FULL, "F1")])
def test_a_status_that_says_no_is_a_failure_and_redirects_are_not_followed(
    mirror: tuple[Mirror, WebSettings], path: str, kind: str
) -> None:
    assert failure_of(Web(mirror[1]), path).failure_class == kind
    assert mirror[0].log.details("done") == [path]


def test_an_answer_that_is_no_json_says_so_when_it_is_read(mirror: tuple[Mirror, WebSettings]) -> None:
    simulator, settings = mirror
    simulator.control.set(garbage=100)
    answer = Web(settings).call("GET", ECHO, doing="asking")
    with pytest.raises(PartnerFailure, match=r"asking: the answer \(200, text/html\) is no JSON") as failure:
        answer.json("asking")
    assert failure.value.failure_class == "F3"


def test_a_too_large_answer_without_a_declared_length_is_given_up_while_it_comes(
    mirror: tuple[Mirror, WebSettings],
) -> None:
    web = Web(replace(mirror[1], largest=10))
    assert "larger than 10 bytes" in str(failure_of(web))


def test_other_hosts_and_open_lines_are_not_called(mirror: tuple[Mirror, WebSettings]) -> None:
    settings = mirror[1]
    assert failure_of(Web(settings), "@example.org/echo").failure_class == "F5"
    assert "TLS" in str(failure_of(Web(replace(settings, url="http://agency.example"))))
    assert mirror[0].log.details("call") == []


def test_no_secret_reaches_a_log_line_or_a_message(
    mirror: tuple[Mirror, WebSettings], caplog: pytest.LogCaptureFixture
) -> None:
    simulator, settings = mirror
    caplog.set_level(logging.DEBUG)
    web = Web(settings)
    web.call("GET", "/sru/username=me/password=hush/find", doing="asking", params={"password": "hush", "q": "a"})
    simulator.control.set(down=True)
    failure = failure_of(web, "/sru/password=hush/find")
    everything = (
        caplog.text + str(failure) + repr(settings) + "".join(map(str, failure.__traceback__.tb_frame.f_code.co_names))
    )  # type: ignore[union-attr]
    assert SECRET not in everything
    assert "hush" not in everything
    assert "/sru/username=me/password=***/find?password=***&q=a" in caplog.text
    assert settings.redaction.shown({"X-Key": SECRET, "Accept": "a"}) == {"X-Key": "***", "Accept": "a"}


def test_a_bucket_gives_no_more_in_any_minute_than_it_holds_and_says_how_long_to_wait() -> None:
    at = [0.0]
    bucket = MemoryBucket(3, clock=lambda: at[0])
    assert [bucket.take(), bucket.take(2), bucket.take()] == [0, 0, 60]
    at[0] = 30.5
    assert bucket.take(2) == 29.5
    at[0] = 60
    assert [bucket.take(3), bucket.take()] == [0, 60]
    with pytest.raises(ValueError, match="4 calls at once"):
        bucket.take(4)


def test_an_empty_bucket_is_too_many_calls_and_nothing_is_sent(mirror: tuple[Mirror, WebSettings]) -> None:
    web = Web(mirror[1], MemoryBucket(1, clock=lambda: 0))
    web.call("GET", ECHO, doing="asking")
    failure = failure_of(web)
    assert (failure.failure_class, failure.retry_after) == ("F2", 60)
    assert mirror[0].log.details("done") == [ECHO]


def test_the_switches_of_a_simulator_are_read_again_at_each_call(mirror: tuple[Mirror, WebSettings]) -> None:
    simulator, settings = mirror
    control = simulator.data / "control.json"
    assert json.loads(control.read_text())["deny"] is False
    control.write_text('{"deny": true, "unheard": 1}')
    assert failure_of(Web(settings)).failure_class == "F5"
    control.write_text("{")  # somebody is writing
    assert failure_of(Web(settings)).failure_class == "F5"
