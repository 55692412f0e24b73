"""The rules of works: NWR, REV and ISW.

A work is taken apart once into its publishers, their chains and its writers, each with the lines below them; then
every rule looks at that. Shares are hundredths of a percent. Source: CISAC CWR11-1991R4 and CWR19-1070R1, validation of
NWR, SPU, SPT, SWR, SWT and PWR.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from formats.cwr import details, shape, standard, territories
from formats.cwr.faults import Faults
from formats.cwr.standard import enforces
from formats.cwr.territories import TOLERANCE, WHOLE, Line
from formats.fixed_width import Record

Shares = tuple[int, int, int]
RIGHTS = ("pr_ownership_share", "mr_ownership_share", "sr_ownership_share")

_ARRANGERS = frozenset({"AR", "AD", "SR", "SA", "TR"})
_CREATORS = frozenset({"CA", "A", "C"})
_OWNERS = frozenset({"E", "AQ"})
_PUBLIC_DOMAIN = frozenset({"DP", "PUBLIC DOMAIN"})
_PUBLIC_DOMAIN_IPI = "00865900903"


class Block:
    """A publisher or writer with the lines below it."""

    __slots__ = ("collected", "controlled", "informed", "lines", "links", "own", "owns", "record", "type")

    def __init__(self, record: Record, kind: str | None) -> None:
        self.record = record
        self.type = kind
        self.controlled = record.record_type[0] == "S"
        self.own: Shares = (
            record.pr_ownership_share or 0,
            record.mr_ownership_share or 0,
            record.sr_ownership_share or 0,
        )
        self.owns = any(self.own)
        self.lines: list[Record] = []
        self.collected: list[Line] = []
        """What SPT or SWT say."""
        self.informed: list[Line] = []
        """What OPT or OWT say: for information only."""
        self.links: list[Record] = []


class Work:
    """A work taken apart. ``chains`` are its publishers by their sequence number, in order."""

    __slots__ = ("chains", "header", "publisher_shares", "publishers", "rest", "version", "writer_shares", "writers")

    def __init__(self, records: Sequence[Record], version: str) -> None:
        self.header = records[0]
        self.version = version
        self.publishers: list[Block] = []
        self.writers: list[Block] = []
        self.rest: list[Record] = []
        block: Block | None = None
        for record in records[1:]:
            tag = record.record_type
            if tag in _TERRITORY_LINES and block is not None:
                block.lines.append(record)
                (block.collected if tag[0] == "S" else block.informed).append(_line(record))
            elif tag == "SPU" or tag == "OPU":
                block = Block(record, record.publisher_type)
                self.publishers.append(block)
            elif tag == "SWR" or tag == "OWR":
                block = Block(record, record.writer_designation_code)
                self.writers.append(block)
            elif tag == "PWR" and block is not None:
                block.links.append(record)
            else:
                self.rest.append(record)
        self.chains = _chains(self.publishers)
        self.publisher_shares = _sum(self.publishers)
        self.writer_shares = _sum(self.writers)


_TERRITORY_LINES = frozenset({"SPT", "OPT", "SWT", "OWT"})


def _line(record: Record) -> Line:
    return (
        record.inclusion_exclusion_indicator or "I",
        record.tis_numeric_code or "",
        record.pr_collection_share or 0,
        record.mr_collection_share or 0,
        record.sr_collection_share or 0,
    )


def _chains(publishers: Sequence[Block]) -> list[list[Block]]:
    found: dict[Any, list[Block]] = {}
    for block in publishers:
        found.setdefault(block.record.publisher_sequence_number, []).append(block)
    return list(found.values())


def _sum(blocks: Sequence[Block]) -> Shares:
    pr = mr = sr = 0
    for block in blocks:
        own = block.own
        pr, mr, sr = pr + own[0], mr + own[1], sr + own[2]
    return pr, mr, sr


def check(records: Sequence[Record], faults: Faults, *, version: str, on: date) -> None:
    """Apply every rule to the records of a work, header first. ``on`` is the day whose territories count."""
    tags = tuple([record.record_type for record in records])
    for code, place in shape.faults_of_work(tags, version):
        faults(code, records[place])
    work = Work(records, version)
    for rule in RULES:
        rule(work, faults)
    _collection(work, faults, on)
    if work.rest:
        details.check(work.header, records, faults)


@enforces("NWR-F-003", "NWR-F-007", "NWR-F-008", "NWR-F-014", "NWR-F-015", "NWR-F-018", "NWR-F-019", "NWR-F-020")
def _header(work: Work, faults: Faults) -> None:
    header = work.header
    if header.submitter_work_number is None:
        faults("NWR-F-003", header, "submitter_work_number", "given")
    if header.musical_work_distribution_category == "SER" and header.duration is None:
        faults("NWR-F-007", header, "duration", "given_when")
    if header.version_type == "MOD":
        if header.music_arrangement is None:
            faults("NWR-F-014", header, "music_arrangement", "given_when")
        if header.lyric_adaptation is None:
            faults("NWR-F-015", header, "lyric_adaptation", "given_when")
    count = header.composite_component_count
    if header.composite_type and not count:
        faults("NWR-F-018", header, "composite_component_count", "given_when")
    if count and not header.composite_type:
        faults("NWR-F-019", header, "composite_type", "given_when")
    if count and count < 2:
        faults("NWR-F-020", header, "composite_component_count")


@enforces("NWR-T-004", "NWR-T-009", "NWR-T-011")
def _ownership(work: Work, faults: Faults) -> None:
    for code, said in _faults_of_sums(work.publisher_shares, work.writer_shares):
        faults(code, work.header, **said)


@lru_cache(maxsize=4096)
def _faults_of_sums(publishers: Shares, writers: Shares) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Rules that the owned shares break, with what is to be said. Thousands of works share a few sums."""
    limit = WHOLE + TOLERANCE
    found: list[tuple[str, Mapping[str, str]]] = []
    if publishers[0] > WHOLE // 2 + TOLERANCE or publishers[1] > limit or publishers[2] > limit:
        found.append(("NWR-T-004", {}))
    if max(writers) > limit or TOLERANCE < writers[0] < WHOLE // 2 - TOLERANCE:
        found.append(("NWR-T-009", {}))
    for right, total in zip(("PR", "MR", "SR"), map(sum, zip(publishers, writers, strict=True)), strict=True):
        if total > TOLERANCE and abs(total - WHOLE) > TOLERANCE:
            found.append(("NWR-T-011", {"right": right, "sum": f"{total / 100:.2f}"}))
    return tuple(found)


@enforces("NWR-T-010", "NWR-T-015", "NWR-T-023", "NWR-T-045", "SWR-F-020")
def _designations(work: Work, faults: Faults) -> None:
    header, types = work.header, {block.type for block in work.writers}
    if not work.writers:
        return
    if not types & _CREATORS:
        faults("NWR-T-015", header)
    arranged = bool(types & _ARRANGERS)
    if header.version_type == "MOD":
        if not arranged:
            faults("NWR-T-010", header)
        _unpaid_creators(work, faults)
    elif header.version_type == "ORI" and arranged:
        faults("NWR-T-023", header)
    if work.version == "2.2" and header.text_music_relationship == "MUS" and types & {"CA", "A", "SA", "TR"}:
        faults("NWR-T-045", header)


def _unpaid_creators(work: Work, faults: Faults) -> None:
    """In a modified work a creator without share is in order only when who modified it has one."""
    paid = any(block.type in _ARRANGERS and block.owns for block in work.writers)
    for block in work.writers:
        if block.type in _CREATORS and not block.owns and not paid:
            faults("SWR-F-020", block.record)


@enforces("NWR-T-024")
def _public_domain(work: Work, faults: Faults) -> None:
    if work.writers and all(map(_in_public_domain, work.writers)):
        total = work.publisher_shares[0] + work.writer_shares[0]
        if total:
            faults("NWR-T-024", work.header)


def _in_public_domain(block: Block) -> bool:
    writer = block.record
    return (
        writer.pr_affiliation_society == "000"
        or writer.writer_last_name in _PUBLIC_DOMAIN
        or writer.writer_ipi_name_number == _PUBLIC_DOMAIN_IPI
    )


@enforces("SPU-F-001", "SPU-R-002", "SPU-R-005")
def _chain_numbers(work: Work, faults: Faults) -> None:
    last, before = 0, None
    for block in work.publishers:
        number = block.record.publisher_sequence_number
        if number is None:
            faults("SPU-F-001", block.record, "publisher_sequence_number", "given")
        elif number != last:
            if number != last + 1:
                faults("SPU-F-001", block.record, "publisher_sequence_number", "counts_from")
            if block.type not in {"E", "PA"}:
                faults("SPU-R-002", block.record)
                if block.controlled and before == "E" and block.type in {"AM", "SE", "ES"}:
                    faults("SPU-R-005", block.record)
            last = number
        before = block.type


@enforces("NWR-T-007", "NWR-T-016", "NWR-T-017", "NWR-T-025", "SPU-R-006", "SPU-R-007")
def _chain_members(work: Work, faults: Faults) -> None:
    for chain in work.chains:
        opener = chain[0]
        if len(chain) > 1 and sum(block.type == "E" for block in chain) > 1:
            faults("NWR-T-017", chain[1].record)
        if opener.controlled:
            _controlled_chain(chain, faults)
        elif work.version == "2.1":
            _other_chain(chain, faults)


def _controlled_chain(chain: Sequence[Block], faults: Faults) -> None:
    opener = chain[0]
    owned = any(block.owns for block in chain if block.controlled and block.type in _OWNERS)
    if not owned and opener.type != "PA":
        faults("NWR-T-025", opener.record)
    if owned and not any(line.record_type == "SPT" for block in chain for line in block.lines):
        faults("NWR-T-007", opener.record)
    if opener.type == "E":
        for block in chain:
            if not block.controlled:
                faults("NWR-T-016", block.record)


def _other_chain(chain: Sequence[Block], faults: Faults) -> None:
    for block in chain:
        if block.controlled:
            faults("SPU-R-006", block.record)
        for line in block.lines:
            if line.record_type == "SPT":
                faults("SPU-R-007", line)


@enforces("NWR-T-026", "SPU-R-003", "SPU-R-008", "SPU-F-019", "SPU-F-032")
def _publisher_types(work: Work, faults: Faults) -> None:
    for chain in work.chains:
        for block in chain:
            if block.owns and block.type not in _OWNERS:
                if block.type is not None:
                    faults("SPU-R-003", block.record)
                faults("SPU-F-019", block.record, "publisher_type")
        for before, block in zip([None, *chain[:-1]], chain, strict=True):
            if block.type == "AQ":
                _acquirer(before, block, faults)


def _acquirer(before: Block | None, block: Block, faults: Faults) -> None:
    if not block.owns:
        faults("SPU-R-008", block.record)
    if before is None or before.type != "E":
        if block.controlled:
            faults("SPU-F-032", block.record, "publisher_type")
    elif before.owns and block.controlled:
        faults("NWR-T-026", block.record)


@enforces("SPU-F-004", "SPU-F-009", "SPU-F-027", "SPU-F-029", "SPU-F-040")
def _publisher_fields(work: Work, faults: Faults) -> None:
    for block in work.publishers:
        record = block.record
        name, unknown = record.publisher_name, record.publisher_unknown_indicator == "Y"
        if name is None:
            if block.controlled or not unknown:
                faults("SPU-F-004", record, "publisher_name", "given")
        elif record.publisher_ipi_name_number is None and name in standard.names_of_societies():
            faults("SPU-F-029", record, "publisher_ipi_name_number", "given_when")
        if not block.controlled:
            if unknown and name is not None:
                faults("SPU-F-009", record, "publisher_unknown_indicator")
            if record.special_agreements_indicator not in (None, "L"):
                faults("SPU-F-027", record, "special_agreements_indicator", "one_of")
        elif work.version == "2.2" and record.publisher_ipi_name_number is None and _collects(block):
            faults("SPU-F-040", record, "publisher_ipi_name_number", "given_when")


def _collects(block: Block) -> bool:
    return any(line[0] == "I" and any(line[2:]) for line in block.collected)


@enforces("SWR-F-001", "SWR-F-003", "SWR-F-004", "SWR-F-005", "SWR-F-006", "SWR-F-007")
def _writer_fields(work: Work, faults: Faults) -> None:
    for block in work.writers:
        record, indicator = block.record, block.record.writer_unknown_indicator
        name = record.writer_last_name
        if block.controlled:
            if record.interested_party_number is None:
                faults("SWR-F-001", record, "interested_party_number", "given")
            if indicator is not None:
                faults("SWR-F-004", record, "writer_unknown_indicator", "blank")
            if block.type is None:
                faults("SWR-F-007", record, "writer_designation_code", "given")
        elif indicator not in (None, "Y", "N"):
            faults("SWR-F-005", record, "writer_unknown_indicator", "one_of")
        elif indicator == "Y" and name is not None:
            faults("SWR-F-006", record, "writer_unknown_indicator")
        if name is None and (block.controlled or indicator != "Y"):
            faults("SWR-F-003", record, "writer_last_name", "given")


@enforces("SWR-R-002", "NWR-T-020")
def _represented(work: Work, faults: Faults) -> None:
    """Writers of a published work name their publisher.

    A work is unpublished when its writers own all of each right; a right nobody owns anything of says nothing
    (NWR-T-011 lets it add up to nothing, and many societies leave SR blank). Whether a writer collects himself is not
    in the record: one that owns something and that no publisher represents does, and needs a territory (our reading of
    NWR-T-020).
    """
    for block in work.writers:
        if block.controlled and not block.links:
            if _published(work):
                faults("SWR-R-002", block.record)
            if block.owns and not block.lines:
                faults("NWR-T-020", block.record)


def _published(work: Work) -> bool:
    owned = zip(work.writer_shares, work.publisher_shares, strict=True)
    return any(writers < WHOLE - TOLERANCE for writers, publishers in owned if writers + publishers > TOLERANCE)


@enforces("SPT-R-001", "SPT-F-002", "SPT-F-013", "SWT-R-001", "SWT-R-003", "SWT-F-002", "SWT-F-010", "SWT-F-013")
def _territory_lines(work: Work, faults: Faults) -> None:
    for block in work.publishers:
        _lines_below(block, faults, "SPT-R-001", "SPT-F-002", "SPT-F-013")
    for block in work.writers:
        _lines_below(block, faults, "SWT-R-001", "SWT-F-002", "SWT-F-010")
        for line in block.lines:
            if line.inclusion_exclusion_indicator == "E" and any(_line(line)[2:]):
                faults("SWT-R-003", line)
                line.pr_collection_share = line.mr_collection_share = line.sr_collection_share = 0


def _lines_below(block: Block, faults: Faults, some: str, same: str, counted: str) -> None:
    party = block.record.interested_party_number
    for place, line in enumerate(block.lines, 1):
        if line.inclusion_exclusion_indicator == "I" and not (
            line.pr_collection_share or line.mr_collection_share or line.sr_collection_share
        ):
            faults(some, line)
        if line.interested_party_number != party:
            # Only 2.2 has OWT lines, with a rule of their own.
            faults("SWT-F-013" if line.record_type == "OWT" else same, line, "interested_party_number")
        if line.sequence_number != place and line.sequence_number is not None:
            faults(counted, line, "sequence_number", "counts_from")


@enforces("SPT-R-005", "SWT-R-002")
def _twice_in_a_territory(work: Work, faults: Faults) -> None:
    """One right of one territory has one collector. Read for one chain and one writer, since co-publishers and
    co-writers may both collect in the world."""
    for chain in work.chains:
        if len(chain) > 1:
            _twice("SPT-R-005", chain, faults, across=True)
    for block in work.writers:
        if len(block.lines) > 1:
            _twice("SWT-R-002", [block], faults, across=False)


def _twice(rule: str, blocks: Sequence[Block], faults: Faults, *, across: bool) -> None:
    seen: dict[tuple[str, int], int] = {}
    for place, block in enumerate(blocks):
        for line in block.lines:
            sign, code, *shares = _line(line)
            keys = [(code, right) for right, share in enumerate(shares) if share and sign == "I"]
            if any(key in seen and (not across or seen[key] != place) for key in keys):
                faults(rule, line, "tis_numeric_code")
            seen.update(dict.fromkeys(keys, place))


@enforces("PWR-F-001", "PWR-F-002", "PWR-F-005", "PWR-F-007", "PWR-F-008", "PWR-F-009", "PWR-F-010", "PWR-F-011")
@enforces("PWR-F-012", "PWR-F-013")
def _links(work: Work, faults: Faults) -> None:
    link = _link_21 if work.version == "2.1" else _link_22
    for block in work.writers:
        for record in block.links:
            link(work, block, record, faults)


def _openers(work: Work) -> Iterator[Record]:
    return (block.record for block in work.publishers if block.controlled and block.type in {"E", "PA"})


def _link_21(work: Work, block: Block, link: Record, faults: Faults) -> None:
    number = link.publisher_interested_party_number
    publisher = next((each for each in _openers(work) if each.interested_party_number == number), None)
    if number is None or publisher is None:
        faults("PWR-F-001", link, "publisher_interested_party_number")
    elif link.publisher_name != publisher.publisher_name:
        faults("PWR-F-002", link, "publisher_name")
        link.publisher_name = publisher.publisher_name
    if block.controlled and (
        link.writer_interested_party_number is None
        or link.writer_interested_party_number != block.record.interested_party_number
    ):
        faults("PWR-F-005", link, "writer_interested_party_number")


def _link_22(work: Work, block: Block, link: Record, faults: Faults) -> None:
    sequence = link.publisher_sequence_number
    chain = next((each for each in work.chains if each[0].record.publisher_sequence_number == sequence), None)
    opener = chain[0].record if chain else None
    if sequence is None or opener is None:
        faults("PWR-F-007", link, "publisher_sequence_number")
    if block.controlled:
        given = (
            ("PWR-F-008", "writer_interested_party_number"),
            ("PWR-F-009", "publisher_interested_party_number"),
            ("PWR-F-010", "publisher_name"),
        )
        for rule, field in given:
            if getattr(link, field) is None:
                faults(rule, link, field, "given")
    writer = link.writer_interested_party_number
    if writer is not None and writer != block.record.interested_party_number:
        faults("PWR-F-011", link, "writer_interested_party_number")
    if opener is not None:
        number, name = link.publisher_interested_party_number, link.publisher_name
        if number is not None and number != opener.interested_party_number:
            faults("PWR-F-012", link, "publisher_interested_party_number")
        if name is not None and name != opener.publisher_name:
            faults("PWR-F-013", link, "publisher_name")
            link.publisher_name = opener.publisher_name


@enforces("NWR-T-014", "NWR-T-027", "NWR-T-044")
def _collection(work: Work, faults: Faults, on: date) -> None:
    limit = WHOLE + TOLERANCE
    parties = (*work.publishers, *work.writers)
    ours = tuple([tuple(block.collected) for block in parties if block.collected])
    if ours and max(territories.most_collected(ours, on)) > limit:
        faults("NWR-T-014", work.header)
    others = tuple([tuple(block.informed) for block in parties if block.informed])
    if others and max(territories.most_collected((*ours, *others), on)) > limit + TOLERANCE:
        faults("NWR-T-044", work.header)
    if any(block.type == "PA" for block in parties):
        return
    for chain in work.chains:
        collecting = tuple([tuple(block.collected) for block in chain if block.collected])
        if not collecting or any(line.shares_change == "Y" for block in chain for line in block.lines):
            continue
        owned = sum(block.own[0] for block in chain if block.type in _OWNERS)
        if not territories.collects_what_it_owns(collecting, owned, on):
            faults("NWR-T-027", chain[0].record)


@enforces("NWR-T-003", "NWR-T-053", "NWR-T-039")
def _needed_details(work: Work, faults: Faults) -> None:
    header = work.header
    if header.musical_work_distribution_category == "SER":
        tags = {record.record_type for record in work.rest}
        if work.version == "2.1" and "INS" not in tags:
            faults("NWR-T-003", header)
        elif work.version == "2.2" and not tags & {"INS", "IND"}:
            faults("NWR-T-053", header)
    if header.cwr_work_type == "FM" and not any(
        record.record_type == "ORN" and record.production_title for record in work.rest
    ):
        faults("NWR-T-039", header)


RULES: tuple[Callable[[Work, Faults], None], ...] = (
    _header,
    _ownership,
    _designations,
    _public_domain,
    _chain_numbers,
    _chain_members,
    _publisher_types,
    _publisher_fields,
    _writer_fields,
    _represented,
    _territory_lines,
    _twice_in_a_territory,
    _links,
    _needed_details,
)
"""The rules in the order their problems are listed."""
