"""The order of lines in a transaction. Thousands of works share a few shapes, so each shape is judged once."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from formats.cwr.standard import enforces

Fault = tuple[str, int]
"""Rule and place of the line in the transaction, 0 for its header."""

WORK_HEADERS = frozenset({"NWR", "REV", "ISW", "EXC"})

_PARTIES = {
    "2.1": "SPU NPN SPT OPU NPN SWR NWN SWT PWR OWR NWN",
    "2.2": "SPU NPN SPT OPT OPU NPN OPT SWR NWN SWT PWR OWR NWN OWT PWR",
}
_DETAILS = {
    "2.1": "ALT NAT EWT NET NOW VER NVT NOW PER NPR REC ORN INS IND COM NCT NOW ARI",
    "2.2": "ALT NAT EWT NET NOW VER NVT NOW PER NPR REC ORN INS IND COM NCT NOW ARI XRF",
}
_ORDER = {version: (*_PARTIES[version].split(), *_DETAILS[version].split()) for version in _PARTIES}
_ORDER_RULE = {"2.1": "NWR-T-018", "2.2": "NWR-T-043"}
_BLOCKS = ({"SPU", "NPN", "SPT", "OPT", "OPU"}, {"SWR", "NWN", "SWT", "PWR", "OWR", "OWT"}, {"PER", "NPR"})
_REPEATED_BLOCKS = (*_BLOCKS, {"INS", "IND"}, {"COM", "NCT", "NOW"})
_OPENERS = frozenset({"SPU", "OPU", "SWR", "OWR", "PER", "INS", "COM"})
"""A line that may begin its block anew."""

_BEFORE: Mapping[str, tuple[tuple[str, frozenset[str], str], ...]] = {
    "SPT": (("SPT-F-001", frozenset({"SPU", "NPN", "SPT"}), "2.1 2.2"),),
    "OPT": (("SPT-F-014", frozenset({"SPU", "NPN", "SPT", "OPU", "OPT"}), "2.2"),),
    "SWT": (("SWT-F-001", frozenset({"SWR", "NWN", "SWT"}), "2.1 2.2"),),
    "OWT": (("SWT-F-011", frozenset({"OWR", "NWN", "OWT"}), "2.2"),),
    "PWR": (("PWR-R-002", frozenset({"SWR", "NWN", "SWT", "PWR"}), "2.1"),),
    "NPN": (("NPN-R-001", frozenset({"SPU", "OPU", "NPN"}), "2.1 2.2"),),
    "NWN": (("NWN-R-001", frozenset({"SWR", "OWR", "NWN"}), "2.1 2.2"),),
    "IND": (("IND-R-001", frozenset({"INS", "IND"}), "2.1 2.2"),),
    "NET": (("NET-R-001", frozenset({"EWT", "NET"}), "2.1 2.2"),),
    "NCT": (("NET-R-002", frozenset({"COM", "NCT"}), "2.1 2.2"),),
    "NVT": (("NET-R-003", frozenset({"VER", "NVT"}), "2.1 2.2"),),
    "NOW": (("NOW-R-001", frozenset({"EWT", "VER", "COM", "NET", "NCT", "NVT", "NOW"}), "2.1 2.2"),),
    "TER": (("TER-R-001", frozenset({"AGR", "TER"}), "2.1 2.2"),),
    "IPA": (("IPA-R-001", frozenset({"TER", "IPA", "NPA"}), "2.1 2.2"),),
    "NPA": (("NPA-R-001", frozenset({"IPA", "NPA"}), "2.1 2.2"),),
}
"""Line, and for each rule about it the lines it may stand behind, and the versions it is in force in."""


@enforces(
    *(rule for rules in _BEFORE.values() for rule, _, _ in rules),
    *("NWR-T-008", "NWR-T-012", "NWR-T-018", "NWR-T-043", "EWT-R-001", "VER-R-001", "PWR-R-001", "SWT-F-012"),
)
@lru_cache(maxsize=8192)
def faults_of_work(tags: tuple[str, ...], version: str) -> tuple[Fault, ...]:
    """What is wrong with the order of a work's lines; ``tags`` are its record types, header first."""
    known = frozenset(_ORDER[version])
    found = [("NWR-T-008", place) for place, tag in enumerate(tags) if place and tag not in known]
    kept = [(place, tag) for place, tag in enumerate(tags) if not place or tag in known]
    if not {"SWR", "OWR"} & set(tags):
        found.append(("NWR-T-012", 0))
    wrong = _out_of_order([tag for _, tag in kept[1:]], version)
    if wrong is not None:
        found.append((_ORDER_RULE[version], kept[wrong + 1][0]))
    found += [(rule, kept[at][0]) for rule, at in _misplaced([tag for _, tag in kept], version)]
    found += [(rule, kept[at][0]) for rule, at in _under_wrong_writer([tag for _, tag in kept], version)]
    for tag, rule in (("EWT", "EWT-R-001"), ("VER", "VER-R-001")):
        found += [(rule, place) for place in [place for place, each in enumerate(tags) if each == tag][1:]]
    return tuple(found)


@enforces("AGR-T-002")
@lru_cache(maxsize=8192)
def faults_of_agreement(tags: tuple[str, ...], version: str) -> tuple[Fault, ...]:
    """What is wrong with the order of an agreement's lines."""
    found = list(_misplaced(tags, version))
    if "TER" not in tags:
        found.append(("AGR-T-002", 0))
    return tuple(found)


def _out_of_order(details: list[str], version: str) -> int | None:
    """The place of the first line that no reading of the order allows, None when all are in order."""
    order = _ORDER[version]
    reached = {0}
    for place, tag in enumerate(details):
        reached = {at for at, each in enumerate(order) if each == tag and any(_follows(i, at, order) for i in reached)}
        if not reached:
            return place
    return None


def _follows(here: int, there: int, order: tuple[str, ...]) -> bool:
    if there >= here:
        return True
    return order[there] in _OPENERS and any({order[here], order[there]} <= block for block in _REPEATED_BLOCKS)


def _misplaced(tags: tuple[str, ...] | list[str], version: str) -> Iterator[Fault]:
    for place, tag in enumerate(tags):
        for rule, allowed, versions in _BEFORE.get(tag, ()):
            if place and tags[place - 1] not in allowed and version in versions:
                yield rule, place


def _under_wrong_writer(tags: list[str], version: str) -> Iterator[Fault]:
    writer = None
    for place, tag in enumerate(tags):
        if tag in {"SWR", "OWR"}:
            writer = tag
        elif tag == "PWR" and writer == "OWR" and version == "2.1":
            yield "PWR-R-001", place
        elif tag == "OWT" and writer == "SWR":
            yield "SWT-F-012", place
