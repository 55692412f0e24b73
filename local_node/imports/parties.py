"""Who a party of a file is at this office: recognised by its IPI name number or its number at the sender."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from formats.problems import WARNING, Problem
from local_node.history.rules import name_of
from local_node.imports import queries, rules
from local_node.imports.models import ImportItem
from local_node.right_owners import operations
from local_node.right_owners import queries as owners
from local_node.right_owners import rules as owner_rules
from local_node.right_owners.models import RightOwner
from mappings.model import Interest, Party, Work

FROM_A_FILE = frozenset({None, "import"})


@dataclass(slots=True)
class Arrivals:
    """Finds or registers the parties of one transaction; ``problems`` and ``counts`` say what happened."""

    session: Session
    batch_id: int
    sender: str
    line: int
    by: str
    now: datetime
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def settle(self, work: Work) -> Work:
        """The work with the right owners of this office in place of the parties that can be recognised."""
        return replace(work, interests=tuple(self._interest(one) for one in work.interests))

    def _interest(self, interest: Interest) -> Interest:
        party = interest.party
        if party is None:
            return interest
        party, wrong = rules.sound_numbers(party)
        for one in wrong:
            self._remark("KORA-NUMBER-LEFT-OUT", value=one.value, scheme=one.scheme)
        if not rules.is_known_by_number(party):
            # Known by name only: the name stays with the work, the sender's number means nothing to partners.
            return replace(interest, party=replace(party, number=None))
        return replace(interest, party=Party(names=party.names, id=self._right_owner(party)))

    def _right_owner(self, party: Party) -> str:
        found = self._find(party)
        id = self._register(party) if found is None else self._known(found, party)
        if party.number and self.sender:
            queries.keep_source(self.session, "party", self.sender, party.number, id)
        return id

    def _find(self, party: Party) -> RightOwner | None:
        """By IPI name number first; the sender's own number counts unless the two bear different IPI numbers."""
        ipi = party.identifier("ipi-name")
        if ipi and (same := owners.by_identifier(self.session, "ipi-name", ipi, withdrawn=True)):
            return same[0]
        known = queries.by_source(self.session, "party", self.sender, party.number or "")
        row = owners.get(self.session, known) if known else None
        if row is None:
            return None
        held = owners.to_party(row).identifier("ipi-name")
        if ipi and held and ipi != held:
            self._remark("KORA-PARTY-DIFFERS", value=party.number or "", name=name_of(party), ipi=ipi, held=held)
            return None
        return row

    def _known(self, row: RightOwner, party: Party) -> str:
        """A right owner of ours; a number it did not have yet is added, names stay as they are here."""
        self.counts["known"] += 1
        if row.withdrawn_at is not None:
            operations.revive(self.session, row.id, by=self.by, now=self.now)
            self._item(row, "new")
        ours = owners.to_party(row)
        schemes = {one.scheme for one in ours.identifiers}
        added = tuple(one for one in party.identifiers if one.scheme not in schemes)
        if added:
            more = replace(ours, identifiers=(*ours.identifiers, *added))
            operations.update(self.session, more, by=self.by, now=self.now)
            self._item(row, "updated")
        return row.id

    def _register(self, party: Party) -> str:
        alike = owners.by_name(self.session, owner_rules.search_key(party.names[0]), limit=1)
        kept = operations.register(self.session, replace(party, number=None), by=self.by, now=self.now)
        self.counts["new"] += 1
        row = owners.get(self.session, str(kept.id))
        if row is not None:
            self._item(row, "new")
        if alike:
            self._remark("KORA-SIMILAR-PARTY", value=name_of(party), name=name_of(party), number=alike[0].number)
        return str(kept.id)

    def _item(self, row: RightOwner, outcome: str) -> None:
        self.session.add(
            ImportItem(
                batch_id=self.batch_id,
                kind="party",
                record_id=row.id,
                outcome=outcome,
                version=row.version,
                line=self.line,
            )
        )

    def _remark(self, code: str, *, value: str, **params: object) -> None:
        self.problems.append(Problem(code, WARNING, None, self.line, value=value, params={**params, "value": value}))
