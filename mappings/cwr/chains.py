"""The order CWR asks for: publisher chains first, ours before others, then writers; chains numbered 01, 02 and so on.

Interests a person typed have no chain number yet: an original publisher opens a chain, the others join the one before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.cwr.answers import NotExpressible
from mappings.model import CollectionLine, Interest, Representation, Share

PUBLISHER_ROLES = frozenset({"E", "AQ", "AM", "SE", "ES"})
"""Publisher types that no writer designation has too; PA is a publisher's only inside a chain."""
WRITER_ROLES = frozenset({"A", "C", "CA", "AR", "AD", "TR", "SA", "SR", "PA"})
ARRANGING_ROLES = frozenset({"AR", "AD", "TR", "SA", "SR"})
WORLD = "2136"


@dataclass(frozen=True, slots=True)
class Line:
    """An interest with its place in the work it came from, for messages about it."""

    place: str
    interest: Interest


@dataclass(frozen=True, slots=True)
class Order:
    """Chains in the order they are written, numbered from 1, and writers behind them."""

    chains: tuple[tuple[Line, ...], ...]
    writers: tuple[Line, ...]
    renumbered: Mapping[int, int]
    """Chain number of the work to the number that is written."""

    def opener(self, chain: int | None) -> Line | None:
        """The line that opens a chain of the work, or None."""
        written = self.renumbered.get(chain or 0)
        return self.chains[written - 1][0] if written else None


def is_publisher(interest: Interest) -> bool:
    """True for an interest that is written as SPU or OPU."""
    return interest.chain is not None or interest.role in PUBLISHER_ROLES


def in_order(interests: Sequence[Interest]) -> Order:
    """The order a work is written in. Raises NotExpressible for roles that CWR does not know."""
    lines = [Line(f"interests.{index}", interest) for index, interest in enumerate(interests)]
    for line in lines:
        _check_role(line)
    writers = [line for line in lines if not is_publisher(line.interest)]
    if not writers:
        raise NotExpressible("no-writer", "interests")
    chains = _chains([line for line in lines if is_publisher(line.interest)])
    if len(chains) > 99:
        raise NotExpressible("too-many-chains", "interests")
    ours_first = sorted(chains.items(), key=lambda chain: not chain[1][0].interest.controlled)
    return Order(
        chains=tuple(tuple(chain) for _, chain in ours_first),
        writers=tuple(sorted(writers, key=lambda line: not line.interest.controlled)),
        renumbered={number: written for written, (number, _) in enumerate(ours_first, 1)},
    )


def _check_role(line: Line) -> None:
    interest = line.interest
    known = PUBLISHER_ROLES | {"PA"} if is_publisher(interest) else WRITER_ROLES
    unsaid = interest.role == "" and not (interest.controlled and interest.party)
    if interest.role not in known and not unsaid:
        raise NotExpressible("role", f"{line.place}.role")


def _chains(publishers: Iterable[Line]) -> dict[int, list[Line]]:
    """Publisher lines by chain number; lines without one join the chain before or open a new one."""
    lines = list(publishers)
    chains: dict[int, list[Line]] = {}
    last: int | None = None
    for line in lines:
        number = line.interest.chain
        if number is None:
            number = last if last is not None and _joins(line, chains[last]) else _next_free(lines, chains)
        chains.setdefault(number, []).append(line)
        last = number
    return chains


def _joins(line: Line, chain: Sequence[Line]) -> bool:
    """Whether a publisher without chain number belongs to the chain before it."""
    return line.interest.role != "E" and line.interest.controlled == chain[0].interest.controlled


def _next_free(lines: Iterable[Line], chains: Mapping[int, object]) -> int:
    """A chain number that neither the work nor a chain opened so far uses."""
    return max([0, *chains, *(line.interest.chain or 0 for line in lines)]) + 1


def with_defaults(interests: Sequence[Interest]) -> tuple[Interest, ...]:
    """Interests as a person typed them, made complete: who collects where, and who represents a writer.

    Only for works that say nothing of either: then each party of ours collects what it owns in the whole world, and
    each writer of ours is represented by our first publisher, or else the first there is (SWR-R-002, NWR-T-007, -020).
    """
    if any(interest.collection or interest.represented_by for interest in interests):
        return tuple(interests)
    interests = tuple(_with_chain_numbers(interests))
    chains = [i for i in interests if i.chain is not None]
    first = next((i.chain for i in chains if i.controlled), chains[0].chain if chains else None)
    return tuple(_complete(interest, first) for interest in interests)


def _with_chain_numbers(interests: Sequence[Interest]) -> Iterator[Interest]:
    """The same interests, every publisher with a chain number."""
    lines = [Line(str(index), interest) for index, interest in enumerate(interests) if is_publisher(interest)]
    numbers = {int(line.place): number for number, chain in _chains(lines).items() for line in chain}
    return (replace(interest, chain=numbers.get(index)) for index, interest in enumerate(interests))


def _complete(interest: Interest, chain: int | None) -> Interest:
    """One interest with its default territory and link."""
    if not interest.controlled or interest.party is None:
        return interest
    owned: Mapping[str, Share] = interest.shares if any(interest.shares.values()) else {}
    links = (Representation(chain=chain),) if chain is not None and interest.chain is None else ()
    return replace(interest, collection=(CollectionLine(WORLD, shares=owned),) if owned else (), represented_by=links)
