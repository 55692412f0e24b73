"""The simulated database's REST interface, by our description of the agency API; it is office.py that decides."""

import hmac
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flask import Flask, Response, request

from connectors.iswc.simulator import shown
from connectors.iswc.simulator.office import Office
from connectors.iswc.simulator.register import Refusal
from connectors.simulating import Control, Log
from formats.iswc.json import keys
from formats.iswc.json.shapes import Findings, Shape
from formats.iswc.rules import same_code_twice
from formats.iswc.transactions import Add, AskWork, Found, Numbered, Outcome, Page, Refused, Result, Task

KEY_HEADER = "Ocp-Apim-Subscription-Key"
MOST_IN_A_PAGE = 100
LONGEST_TEXT = 1000
"""Characters; what the real database takes is not known."""


class Malformed(Exception):
    """The JSON breaks the schema; ``errors`` by path."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("malformed")
        self.errors = errors


def service(office: Office, key: str, control: Control, log: Log, after: Callable[[], None]) -> Flask:
    """The application. One request at a time is worked on, as the office wants it; ``after`` is done after each."""
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    desk = Desk(office, control)
    alone = threading.Lock()

    @app.before_request
    def let_in() -> Response | None:
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, ""), key):
            return answer({"statusCode": 401, "message": "Access denied"}, 401)
        return None

    for (method, rule), view in desk.routes().items():

        def call(view: Callable[[], Response] = view) -> Response:
            with alone:
                said = guarded(view, office, log)
                after()
                return said

        app.add_url_rule(rule, f"{method} {rule}", call, methods=[method])
    return app


def guarded(view: Callable[[], Response], office: Office, log: Log) -> Response:
    """The answer of a view, or the refusal or problem document it ends in."""
    try:
        return view()
    except Refusal as refused:
        office.register.rollback()
        log.add("refused", refused.code)
        status = 404 if refused.code in {"143", "180"} else 400
        return answer(keys.REFUSED.write(refusal(refused)), status)
    except Malformed as wrong:
        log.add("malformed", ", ".join(wrong.errors))
        title = "One or more validation errors occurred."
        return answer({"type": "about:blank", "title": title, "status": 400, "errors": wrong.errors}, 400)


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer; 204 has none."""
    content = "" if status == 204 else json.dumps(body, ensure_ascii=False)
    return Response(content, status, content_type="application/json; charset=utf-8")


def refusal(refused: Refusal) -> Refused:
    """A refusal with some words beside the number."""
    return Refused(refused.code, f"refused by the simulated ISWC database with number {refused.code}")


def read(shape: Shape, *, many: bool = False) -> Any:
    """The body by a shape. Raises Malformed, also for texts that are empty or endless."""
    body = request.get_json(silent=True)
    findings = Findings()
    if many and not isinstance(body, list):
        raise Malformed({"$": ["a list is expected"]})
    asked = body if isinstance(body, list) and many else [body]
    said = [shape.read(each, (at,), findings) for at, each in enumerate(asked)]
    errors: dict[str, list[str]] = {}
    for problem in findings.problems:
        if problem.effect is not None:
            errors.setdefault(problem.field or "$", []).append(str(problem.params.get("condition", "")))
    for place in unfit_texts(body):
        errors.setdefault(place, []).append("may be neither empty nor endless")
    if errors:
        raise Malformed(errors)
    return said if many else said[0]


def unfit_texts(value: Any, place: str = "$") -> Iterator[str]:
    """Where a text says nothing, or more than any field holds."""
    if isinstance(value, str) and not 0 < len(value) <= LONGEST_TEXT:
        yield place
    inside: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, each in inside:
        yield from unfit_texts(each, f"{place}.{name}")


def needed(name: str) -> str:
    """A parameter that must be there."""
    value = request.args.get(name, "")
    if not value:
        raise Malformed({name: ["is required"]})
    return value


class Desk:
    """What the routes do."""

    def __init__(self, office: Office, control: Control) -> None:
        self._office = office
        self._control = control

    def routes(self) -> dict[tuple[str, str], Callable[[], Response]]:
        """Method and path to what answers."""
        return {
            ("POST", "/submission"): self.add,
            ("PUT", "/submission"): self.update,
            ("DELETE", "/submission"): self.delete,
            ("POST", "/submission/batch"): self.add_many,
            ("PUT", "/submission/batch"): self.update_many,
            ("GET", "/iswc/searchByIswc"): self.by_iswc,
            ("POST", "/iswc/searchByIswc/batch"): self.by_iswc_many,
            ("GET", "/iswc/searchByAgencyWorkCode"): self.by_code,
            ("POST", "/iswc/searchByAgencyWorkCode/batch"): self.by_code_many,
            ("POST", "/iswc/searchByTitleAndContributor"): self.by_title,
            ("POST", "/iswc/searchByTitleAndContributor/batch"): self.by_title_many,
            ("POST", "/iswc/merge"): self.merge,
            ("DELETE", "/iswc/merge"): self.demerge,
            ("GET", "/iswc/workflowTasks"): self.tasks,
            ("PATCH", "/iswc/workflowTasks"): self.answer_tasks,
            ("GET", "/agent/notification"): self.notifications,
        }

    # -- submissions ------------------------------------------------------------------------------------------------

    def add(self) -> Response:
        return answer(keys.RESULT.write(self._office.add(read(keys.ADD))), 201)

    def update(self) -> Response:
        return answer(keys.RESULT.write(self._office.update(read(keys.UPDATE))))

    def delete(self) -> Response:
        said = [needed(name) for name in ("agency", "sourceDb", "workcode", "preferredIswc", "reasonCode")]
        agency, source_db, code, number, reason = said
        self._office.delete(agency, source_db.zfill(3), code, number, reason)
        return answer(None, 204)

    def add_many(self) -> Response:
        entries: list[Numbered] = read(keys.ADD_ENTRY, many=True)
        twice = set(same_code_twice([entry.submission for entry in entries if entry.submission]))
        done = [
            Outcome(entry.number, None, refusal(Refusal("170"))) if at in twice else self._one(entry, self._office.add)
            for at, entry in enumerate(entries)
        ]
        return self._several(keys.OUTCOME, done)

    def update_many(self) -> Response:
        entries: list[Numbered] = read(keys.UPDATE_ENTRY, many=True)
        return self._several(keys.OUTCOME, [self._one(entry, self._office.update) for entry in entries])

    def _one(self, entry: Numbered, work: Callable[[Any], Result]) -> Outcome:
        try:
            return Outcome(entry.number, work(entry.submission))
        except Refusal as refused:
            self._office.register.rollback()
            return Outcome(entry.number, None, refusal(refused))

    def _several(self, shape: Shape, entries: Sequence[Any]) -> Response:
        """The entries of a batch, told twice or out of order where the switches say so."""
        switches = self._control.read()
        told = [*entries, *entries] if switches.duplicate else list(entries)
        if switches.reorder:
            told.reverse()
        return answer([shape.write(entry) for entry in told], 207)

    # -- searches ---------------------------------------------------------------------------------------------------

    def by_iswc(self) -> Response:
        return answer(keys.COMPOSITE.write(self._office.composite(needed("iswc"))))

    def by_iswc_many(self) -> Response:
        return self._found(keys.ASK_ISWC, lambda ask: [self._office.composite(ask.iswc or "")])

    def by_code(self) -> Response:
        return answer([keys.COMPOSITE.write(one) for one in self._by_code(needed("agency"), needed("workCode"))])

    def by_code_many(self) -> Response:
        return self._found(keys.ASK_CODE, lambda ask: self._by_code(ask.agency or "", ask.work_code or ""))

    def _by_code(self, agency: str, code: str) -> list[Any]:
        found = self._office.by_code(agency, code)
        if found is None:
            raise Refusal("143")
        return [found]

    def by_title(self) -> Response:
        found = self._by_title(read(keys.ASK_TITLE))
        return answer([keys.COMPOSITE.write(one) for one in found])

    def by_title_many(self) -> Response:
        return self._found(keys.ASK_TITLE, self._by_title)

    def _by_title(self, ask: AskWork) -> list[Any]:
        titles = [title for title in ask.titles if title.kind == "OT"] or list(ask.titles)
        if not titles:
            raise Refusal("109")
        if not ask.parties:
            raise Refusal("104")
        found = self._office.by_title(Add(title=titles[0].text, parties=ask.parties))
        if not found:
            raise Refusal("180")
        return found

    def _found(self, shape: Shape, look: Callable[[Any], list[Any]]) -> Response:
        """A batch of searches, each by itself, numbered in the order they were asked."""
        entries = []
        for at, ask in enumerate(read(shape, many=True)):
            try:
                entries.append(Found(at, tuple(look(ask))))
            except Refusal as refused:
                entries.append(Found(at, (), refusal(refused)))
        return self._several(keys.FOUND, entries)

    # -- merging, tasks, notifications ------------------------------------------------------------------------------

    def merge(self) -> Response:
        asked = read(keys.MERGE)
        numbers = list(asked.merged)
        for work in asked.merged_works:
            found = self._office.by_code(work.agency or "", work.code or "")
            if found is None:
                raise Refusal("132")
            numbers.append(found.iswc or "")
        self._office.merge(needed("agency"), needed("preferredIswc"), list(dict.fromkeys(numbers)))
        return answer(None, 204)

    def demerge(self) -> Response:
        self._office.demerge(needed("agency"), needed("preferredIswc"), needed("workcode"))
        return answer(None, 204)

    def tasks(self) -> Response:
        mine = needed("showWorkflows") == "AssignedToMe"
        wanted = request.args.getlist("status")
        start, length = request.args.get("startIndex", 0, int), request.args.get("pageLength", 1000, int)
        found = self._office.tasks(needed("agency"), mine=mine)
        kept = [task for task in found if not wanted or task.status in wanted][start : start + length]
        return answer([keys.TASK.write(task) for task in kept])

    def answer_tasks(self) -> Response:
        agency, done = needed("agency"), []
        for asked in read(keys.TASK_ANSWER, many=True):
            try:
                done.append(self._office.answer(agency, asked))
            except Refusal as refused:
                self._office.register.rollback()
                done.append(Task(asked.task, asked.kind, asked.status, refusal=refusal(refused)))
        return self._several(keys.TASK, done)

    def notifications(self) -> Response:
        agency, kind, since = needed("agency"), needed("csnTransactionType"), needed("fromDate")
        length = min(request.args.get("pageLength", MOST_IN_A_PAGE, int), MOST_IN_A_PAGE)
        token = request.args.get("continuationToken", "0")
        if not token.isdigit():
            raise Refusal("175")
        moves = [move for move in self._office.register.moves(kind, int(token)) if move.at[:10] >= since]
        told = [(move.id, shown.moved(self._office.register, move, agency)) for move in moves]
        ours = [(number, moved) for number, moved in told if moved is not None]
        page = Page(tuple(moved for _, moved in ours[:length]))
        if len(ours) > length:
            page = Page(page.moves, str(ours[length - 1][0]))
        return answer(keys.PAGE.write(page))
