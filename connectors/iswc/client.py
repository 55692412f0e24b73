"""The agency API of the ISWC network: one method for each of its calls, answers as transactions.

Adds and updates are keyed by agency, source database and work code, so repeating one is harmless. Deletions, merges
and answers to tasks are not: when their answer is lost the failure is F8, and the caller looks before it asks again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from connectors.contract import ExchangedFile, PartnerFailure, StepFailed
from connectors.iswc.settings import IswcSettings
from connectors.web import Bucket, MemoryBucket, Redaction, Web, WebAnswer, WebSettings
from formats.iswc import transactions as t
from formats.iswc.json import keys
from formats.iswc.json.shapes import Findings, Shape

KEY_HEADER = "Ocp-Apim-Subscription-Key"
MOST_AT_ONCE = 10
"""Works in one call; the limit is not documented, and this is what the public client sends."""
PAGE, MOST_PAGES = 100, 50
LATER = frozenset({"100", "105", "155"})
"""Numbers that say: try again."""


class Refused(PartnerFailure):
    """The agency refuses one request by a rule of its own: its number and words. Uncaught it is our fault (F4)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__("F4", f"{code} {text}".strip())
        self.code = code
        self.text = text


class IswcClient:
    """Every call takes a token of the bucket first; network errors come as PartnerFailure."""

    def __init__(
        self,
        settings: IswcSettings,
        bucket: Bucket | None = None,
        *,
        keep: Callable[[ExchangedFile], None] | None = None,
    ) -> None:
        """``keep`` is given the bodies of both sides of each call that sends works."""
        self._settings = settings
        self._keep = keep
        self._bucket = bucket or MemoryBucket(settings.rate)
        self._made: Web | None = None

    @property
    def _web(self) -> Web:
        """Made at the first call, because only then the key must be there."""
        if self._made is None:
            redaction = Redaction(frozenset({KEY_HEADER.lower()}))
            told = WebSettings(
                self._settings.url, {KEY_HEADER: self._key()}, redaction, timeout_s=self._settings.timeout_s,
                ca_file=self._settings.ca_file,
            )  # fmt: skip
            self._made = Web(told, self._bucket)
        return self._made

    def _key(self) -> str:
        try:
            key = self._settings.key_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PartnerFailure("F5", f"settings: the key file cannot be read: {type(error).__name__}") from error
        if not key or not key.isprintable():
            raise PartnerFailure("F5", "settings: the key file holds no key")
        return key

    def reserve(self, calls: int, doing: str) -> None:
        """Take the tokens of calls that belong together; those are then made with ``reserved``. Raises F2 or F4."""
        self._web.take(calls, doing)

    # -- submissions ------------------------------------------------------------------------------------------------

    def add(self, works: Sequence[t.Add], *, reserved: bool = False) -> list[t.Outcome]:
        """Register at most MOST_AT_ONCE works; one outcome for each, in their order."""
        return self._submit("POST", keys.ADD_ENTRY, works, "sending works", reserved)

    def update(self, works: Sequence[t.Update], *, reserved: bool = False) -> list[t.Outcome]:
        """Change at most MOST_AT_ONCE works sent before; one outcome for each, in their order."""
        return self._submit("PUT", keys.UPDATE_ENTRY, works, "sending changes", reserved)

    def _submit(
        self, method: str, shape: Shape, works: Sequence[t.Submission], doing: str, reserved: bool
    ) -> list[t.Outcome]:
        entries = [shape.write(t.Numbered(at, work)) for at, work in enumerate(works)]
        answer = self._asked(method, "/submission/batch", doing=doing, body=entries, reserved=reserved)
        if self._keep is not None:
            for side, content in (("request", answer.sent), ("answer", answer.content)):
                digest = hashlib.sha256(content).hexdigest()
                self._keep(ExchangedFile(f"{method}-submission-batch-{digest[:12]}-{side}.json", digest, content))
        return _in_order(self._many(answer, keys.OUTCOME, doing), len(works), doing)

    def delete(self, work: t.Delete) -> None:
        """Withdraw a work. Raises Refused; F8 when nobody knows whether it was done."""
        params = {
            "preferredIswc": work.iswc,
            "agency": work.agency,
            "workcode": work.work_code,
            "sourceDb": int(work.source_db or 0),
            "reasonCode": work.reason,
        }
        self._done("DELETE", "/submission", doing="withdrawing a work", params=params)

    # -- searches ---------------------------------------------------------------------------------------------------

    def by_iswc(self, number: str) -> t.Composite | None:
        """What is known about a number, preferred or archived; None for one nobody was given."""
        doing = "looking up a number"
        found = self._or_none("GET", "/iswc/searchByIswc", doing=doing, params={"iswc": number})
        return None if found is None else next(iter(self._many(found, keys.COMPOSITE, doing)), None)

    def by_codes(self, codes: Sequence[str], *, reserved: bool = False) -> list[t.Composite | None]:
        """The numbers of at most MOST_AT_ONCE works of ours, in order; None for a work the agency does not have."""
        doing = "looking up works"
        asked = [keys.ASK_CODE.write(t.AskWork(agency=self._settings.agency, work_code=code)) for code in codes]
        path = "/iswc/searchByAgencyWorkCode/batch"
        answer = self._asked("POST", path, doing=doing, body=asked, reserved=reserved)
        found = _in_order(self._many(answer, keys.FOUND, doing), len(codes), doing)
        return [next(iter(each.records), None) for each in found]

    def by_title(self, titles: Sequence[t.Title], parties: Sequence[t.Party]) -> list[t.Composite]:
        """Numbers of works with a title like these and these creators."""
        doing, asked = "searching by title", t.AskWork(titles=tuple(titles), parties=tuple(parties))
        path = "/iswc/searchByTitleAndContributor"
        found = self._or_none("POST", path, doing=doing, body=keys.ASK_TITLE.write(asked))
        return [] if found is None else self._many(found, keys.COMPOSITE, doing)

    # -- merging and tasks ------------------------------------------------------------------------------------------

    def merge(self, merge: t.Merge) -> None:
        """Merge other numbers into one. Raises Refused; F8 when nobody knows whether it was done."""
        params = {"preferredIswc": merge.iswc, "agency": self._settings.agency}
        body = keys.MERGE.write(merge)
        self._done("POST", "/iswc/merge", doing="merging", params=params, body=body)

    def demerge(self, demerge: t.Demerge) -> None:
        """Undo a merge for one work. Raises Refused; F8 when nobody knows whether it was done."""
        params = {
            "preferredIswc": demerge.iswc,
            "agency": self._settings.agency,
            "workcode": demerge.work_code,
        }
        self._done("DELETE", "/iswc/merge", doing="demerging", params=params)

    def tasks(self, *, status: str = "Outstanding") -> list[t.Task]:
        """Tasks other agencies' changes have put to ours."""
        return [task for task, _ in self.raw_tasks(status=status)]

    def raw_tasks(self, *, status: str = "Outstanding") -> list[tuple[t.Task, Any]]:
        """The tasks, each with its JSON as it came."""
        doing = "asking for tasks"
        params = {"agency": self._settings.agency, "showWorkflows": "AssignedToMe", "status": status}
        answer = self._or_none("GET", "/iswc/workflowTasks", doing=doing, params=params)
        return [] if answer is None else self._with_raw(answer.json(doing), keys.TASK, doing)

    def answer_task(self, task: t.TaskAnswer) -> t.Task:
        """Approve or reject. Raises Refused; F8 when nobody knows whether it was done."""
        doing, params = "answering a task", {"agency": self._settings.agency}
        body = [keys.TASK_ANSWER.write(task)]
        answer = self._asked("PATCH", "/iswc/workflowTasks", doing=doing, params=params, body=body, repeatable=False)
        try:
            done: t.Task = next(one for one in self._many(answer, keys.TASK, doing) if one.id == task.task)
        except (PartnerFailure, StopIteration) as failure:
            raise PartnerFailure("F8", f"it is not known whether it was done: {doing}") from failure
        if done.refusal is not None:
            raise Refused(done.refusal.code or "", done.refusal.text or "")
        return done

    def moves(self, kind: str, since: date) -> Iterator[tuple[t.Moved, Any]]:
        """Merges (MER) or demerges (DMR) of numbers our works hang on, each with its JSON as it came."""
        doing, token = "asking for merges", None
        for _ in range(MOST_PAGES):
            params: dict[str, Any] = {
                "agency": self._settings.agency, "csnTransactionType": kind, "fromDate": since.isoformat(),
                "pageLength": PAGE,
            }  # fmt: skip
            if token is not None:
                params["continuationToken"] = token
            page = self._asked("GET", "/agent/notification", doing=doing, params=params).json(doing)
            said = self._one(page, keys.PAGE, doing)
            yield from self._with_raw(page.get("notifications") or [], keys.MOVED, doing)
            if not said.next or said.next == token:
                return
            token = said.next

    def check(self) -> Mapping[str, str]:
        """Try the access without writing anything. Raises StepFailed, a PartnerFailure."""
        done: dict[str, str] = {}
        step = "settings"
        try:
            self._key()
            done[step] = f"agency {self._settings.agency}, source database {self._settings.source_db}"
            step = "reach"
            try:
                found = self.tasks()
            except PartnerFailure as failure:
                step = {"F5": "authenticate", "F3": "read", "F4": "read"}.get(failure.failure_class, step)
                if step != "reach":
                    done["reach"] = self._settings.url
                raise
        except PartnerFailure as failure:
            raise StepFailed(failure, step, done) from failure
        return {**done, "reach": self._settings.url, "authenticate": KEY_HEADER, "read": f"{len(found)} tasks"}

    # -- answers ----------------------------------------------------------------------------------------------------

    def _asked(self, method: str, path: str, *, doing: str, **options: Any) -> WebAnswer:
        """The answer of a call that succeeded. Raises Refused for a rule, F3 for *later*, F4 for malformed JSON."""
        answer = self._web.call(method, path, doing=doing, **options)
        if answer.status < 300:
            return answer
        said = self._one(answer.json(doing), keys.FAULT, doing)
        if said.code is None:
            raise PartnerFailure("F4", f"{doing}: {answer.status} {said.title or 'refused without a reason'}")
        if said.code in LATER:
            raise PartnerFailure("F3", f"{doing}: the agency cannot process it now ({said.code})")
        raise Refused(said.code, said.text or "")

    def _done(self, method: str, path: str, *, doing: str, **options: Any) -> None:
        """A call that may not be repeated and has no answer but that it was done (204)."""
        answer = self._asked(method, path, doing=doing, repeatable=False, **options)
        if answer.status != 204:
            raise PartnerFailure("F8", f"it is not known whether it was done: {doing}: {answer.status}")

    def _or_none(self, method: str, path: str, *, doing: str, **options: Any) -> WebAnswer | None:
        """The answer of a search, None where the agency finds nothing."""
        answer = self._web.call(method, path, doing=doing, **options)
        if answer.status == 404:
            return None
        if answer.status < 300:
            return answer
        said = self._one(answer.json(doing), keys.FAULT, doing)
        raise Refused(said.code, said.text or "") if said.code else PartnerFailure("F4", f"{doing}: {answer.status}")

    def _many(self, answer: WebAnswer, shape: Shape, doing: str) -> list[Any]:
        """The answer as a list; a single object is a list of one, because the descriptions disagree."""
        parsed = answer.json(doing)
        return [self._one(each, shape, doing) for each in (parsed if isinstance(parsed, list) else [parsed])]

    def _with_raw(self, parsed: Any, shape: Shape, doing: str) -> list[tuple[Any, Any]]:
        if not isinstance(parsed, list):
            raise PartnerFailure("F3", f"{doing}: the answer is no list")
        return [(self._one(each, shape, doing), each) for each in parsed]

    def _one(self, parsed: Any, shape: Shape, doing: str) -> Any:
        read = shape.read(parsed, (), Findings())  # what we do not know of an answer does not stop us
        if read is None:
            raise PartnerFailure("F3", f"{doing}: the answer has another form than described")
        return read


def _in_order(entries: Sequence[Any], count: int, doing: str) -> list[Any]:
    """Entries by their numbers, whatever their order and however often they stand there.

    Raises PartnerFailure F3 when one is missing.
    """
    by_number: dict[int | None, Any] = {}
    for entry in entries:
        by_number.setdefault(entry.number, entry)
    missing = [at for at in range(count) if at not in by_number]
    if missing:
        raise PartnerFailure("F3", f"{doing}: {len(missing)} of {count} are not answered")
    return [by_number[at] for at in range(count)]


def body_of(work: t.Submission) -> bytes:
    """What a submission says, for comparing: without what only says how to treat it."""
    plain = replace(work, number=None, no_switching=None, preview=None, detail=None)
    return json.dumps(keys.ADD.write(plain), ensure_ascii=False, sort_keys=True).encode()
