"""A publisher's CWR 2.1 file as publishers really write them, made of invented people and the same on every run.

It is put together column by column without our own record classes, so that reading it proves something. The habits of
real files can be switched: a byte order mark in front of Latin-1 text, lines cut after their last character, record
sequences that run on through a group and transaction sequences that run on through the file.
"""

from collections.abc import Iterator, Sequence

from tests.builders import an_ipi, an_ipi_base

FIRST = ["AWA", "BAKARY", "CHIDI", "DIEGO", "ELENI", "FATOU", "GRACE", "HUGO", "INES", "JOAO", "KOFI", "LUCIA", "MEI"]
LAST = ["DIALLO", "KEITA", "OKAFOR", "SOLANO", "PETRAKI", "NDIAYE", "MWANGI", "LEROUX", "PRATA", "LIN", "OSEI"]
WHICH = ["QUIET", "GOLDEN", "LITTLE", "LAST", "WANDERING", "SALTED", "BROKEN", "NORTHERN", "PATIENT", "BLUE"]
WHAT = ["RIVER", "SHORE", "MORNING", "LANTERN", "MARKET", "DRUM", "HARVEST", "LETTER", "TRAIN", "RAIN", "ORCHARD"]
FIRMS = ["NORTH WIND MUSIC", "BAOBAB EDITIONS", "CASA DEL RIO EDITORES", "LONG ROAD SONGS", "TIDE AND STONE PUBLISHING"]
SOCIETIES = ["058", "052", "010", "035", "073", "080"]
NATIONAL = ["CHÂTEAU D'ÉTÉ", "NIÑO DE LA MAÑANA", "CANÇÃO DO AMANHÃ"]
LANGUAGE = ["FR", "ES", "PT"]

SUBMITTER = an_ipi(8_000_001)[2:]
CREATED_ON, CREATED_AT = "20260302", "093000"
WORLD, GREAT_BRITAIN = "2136", "0826"

Shares = tuple[int, int, int]
"""Performing, mechanical and synchronisation share in hundredths of a percent."""


def publisher_file(
    works: int = 350,
    agreements: int = 60,
    *,
    wrong: int = 0,
    bom: bool = True,
    latin1: bool = True,
    trimmed: bool = True,
    running_sequences: bool = True,
) -> bytes:
    """The bytes of the file: a group of AGR, if there are any, and a group of NWR.

    In the last ``wrong`` works the parties own 90 % of the performing right, which NWR-T-011 refuses. Without
    ``latin1`` national titles are left out and the file is ASCII.
    """
    groups = [("AGR", [_agreement(number, works) for number in range(agreements)])] if agreements else []
    groups.append(("NWR", [_work(number, agreements, number >= works - wrong, latin1) for number in range(works)]))
    lines = _file(groups, running_sequences=running_sequences)
    text = "".join(f"{line.rstrip() if trimmed else line}\r\n" for line in lines)
    return (b"\xef\xbb\xbf" if bom else b"") + text.encode("latin-1")


def _file(groups: Sequence[tuple[str, list[list[str]]]], *, running_sequences: bool) -> Iterator[str]:
    """Header, groups and trailer with their counts."""
    sender = f"{SUBMITTER}{'TRADE WIND PUBLISHING':45}"
    yield f"HDRPB{sender}01.10{CREATED_ON}{CREATED_AT}{CREATED_ON}{'':15}"
    transactions, records = 0, 2
    for group, (kind, bodies) in enumerate(groups, 1):
        yield f"GRH{kind}{group:05d}02.10{'0' * 10}  "
        yield from _numbered(bodies, transactions if running_sequences else 0, running_sequences)
        inside = sum(len(body) for body in bodies) + 2
        yield f"GRT{group:05d}{len(bodies):08d}{inside:08d}   {'0' * 10}"
        transactions, records = transactions + len(bodies), records + inside
    yield f"TRL{len(groups):05d}{transactions:08d}{records:08d}"


def _numbered(bodies: Sequence[Sequence[str]], first: int, running: bool) -> Iterator[str]:
    """The lines with transaction and record sequence behind their record type."""
    written = 0
    for transaction, body in enumerate(bodies, first):
        for place, line in enumerate(body):
            sequence = 0 if place == 0 else written if running else place
            yield f"{line[:3]}{transaction:08d}{sequence:08d}{line[3:]}"
            written += 1


def _agreement(number: int, works: int) -> list[str]:
    """A writer gives half of the performing and all other rights to one of the publisher's firms."""
    start = f"{2001 + number % 20}0101"
    head = (
        f"AGR{f'AG{number:05d}':14}{'':14}OS{start}{'0' * 16}N{'0' * 8}N{'0' * 8}{start}{max(works, 1):05d}S N{'':14}"
    )
    writer, firm = number, number % len(FIRMS)
    return [
        head,
        f"TERI{WORLD}",
        f"IPAAS{_ipi(writer)}{_base(writer)}{_party(writer)}{_last(writer):45}{_first(writer):30}"
        + _societies_and_shares(_society(writer), (5000, 0, 0)),
        f"IPAAC{_firm_ipi(firm)}{'':13}{_firm(firm)}{FIRMS[firm]:45}{'':30}"
        + _societies_and_shares(SOCIETIES[firm], (5000, 10000, 10000)),
    ]


def _work(number: int, agreements: int, wrong: bool, latin1: bool) -> list[str]:
    """One work; five kinds follow each other. ``wrong`` takes a tenth of the performing right from the first writer."""
    make = (_one_writer, _two_chains, _subpublished, _shared_with_others, _acquired)[number % 5]
    lines = [_header(number), *make(number, agreements)]
    if number % 4 == 0:
        lines.append(f"ALT{f'THE {_title(number)}':60}ATEN")
    if latin1 and number % 7 == 0:
        lines.append(f"ALT{NATIONAL[number % 3]:60}OL{LANGUAGE[number % 3]}")
    if number % 3 == 0:
        lines.append(f"PER{_last(number + 40):45}{_first(number + 40):30}{'':11}{'':13}")
    if number % 6 == 0:
        label = f"{'TRADE WIND RECORDS':60}{f'TW{number:05d}':18}{'':13}"
        lines.append(f"REC{'20200131'}{'':60}000325{'':5}{'SONGS OF THE COAST':60}{label}QMZZZ20{number:05d}AD   ")
    return [_less(line) if wrong and line.startswith("SWR") else line for line in lines]


def _header(number: int) -> str:
    """The NWR line; the date of the printed edition is zeros, as many senders leave it."""
    duration = f"00{2 + number % 4:02d}{number % 60:02d}"
    head = f"NWR{_title(number):60}{'EN' if number % 2 else '  '}{f'TW{number:06d}':14}{'':11}{'0' * 8}{'':12}"
    return f"{head}POP{duration}Y{'MTX'}{'':3}ORI{'':9}{'':40}{'':2}N{'0' * 3}{'0' * 8}{'':52}"


def _one_writer(number: int, agreements: int) -> list[str]:
    """A writer and his publisher."""
    return [
        *_publisher(1, number % 5, "E", (5000, 10000, 10000)),
        *_writer(number % 97, (5000, 0, 0), [number % 5], agreements),
    ]


def _two_chains(number: int, agreements: int) -> list[str]:
    """Two writers, each with a publisher of his own."""
    one, other = number % 5, (number + 1) % 5
    return [
        *_publisher(1, one, "E", (2500, 5000, 5000)),
        *_publisher(2, other, "E", (2500, 5000, 5000)),
        *_writer(number % 97, (2500, 0, 0), [one], agreements),
        *_writer((number + 1) % 97, (2500, 0, 0), [other], agreements),
    ]


def _subpublished(number: int, agreements: int) -> list[str]:
    """The original publisher collects everywhere but in Great Britain, its sub-publisher there."""
    shares = (5000, 10000, 10000)
    return [
        *_publisher(1, 0, "E", shares, territories=[("I", WORLD), ("E", GREAT_BRITAIN)]),
        *_publisher(1, 4, "SE", (0, 0, 0), collects=shares, territories=[("I", GREAT_BRITAIN)]),
        *_writer(number % 97, (5000, 0, 0), [0], agreements),
    ]


def _shared_with_others(number: int, agreements: int) -> list[str]:
    """Half belongs to parties of others: a publisher, a writer with his IPI number, and one nobody knows."""
    other = 200 + number % 31
    return [
        *_publisher(1, number % 5, "E", (2500, 5000, 5000)),
        f"OPU02{'':9}{'ELSEWHERE SONGS':45} E {'':34}{_societies_and_shares('010', (2500, 5000, 5000))}{'':47}",
        *_writer(number % 97, (2500, 0, 0), [number % 5], agreements),
        f"OWR{'':9}{_last(other):45}{_first(other):30} A {'':9}{_ipi(other)}"
        + f"{_societies_and_shares(_society(other), (1500, 0, 0))}{'':4}{_base(other)}{'0' * 12} ",
        f"OWR{'':9}{'':45}{'':30}Y{'':2}{'':9}{'':11}{_societies_and_shares('   ', (1000, 0, 0))}{'':17}{'0' * 12} ",
    ]


def _acquired(number: int, agreements: int) -> list[str]:
    """An acquirer owns and collects what the original publisher of the chain no longer has."""
    shares = (5000, 10000, 10000)
    return [
        *_publisher(1, 2, "E", (0, 0, 0), territories=[]),
        *_publisher(1, 3, "AQ", shares),
        *_writer(number % 97, (5000, 0, 0), [2], agreements),
    ]


def _publisher(
    chain: int,
    firm: int,
    role: str,
    owns: Shares,
    *,
    collects: Shares | None = None,
    territories: Sequence[tuple[str, str]] = (("I", WORLD),),
) -> list[str]:
    """An SPU line and its SPT lines; a line that takes a territory out has no shares."""
    head = f"SPU{chain:02d}{_firm(firm)}{FIRMS[firm]:45} {role:2}{'':9}{_firm_ipi(firm)}{'':14}"
    lines = [f"{head}{_societies_and_shares(SOCIETIES[firm], owns)} N {'':13}{'':14}{'':14}{'':3}"]
    for sequence, (sign, territory) in enumerate(territories, 1):
        shares = _digits((collects or owns) if sign == "I" else (0, 0, 0))
        lines.append(f"SPT{_firm(firm)}{'':6}{shares}{sign}{territory} {sequence:03d}")
    return lines


def _writer(writer: int, owns: Shares, firms: Sequence[int], agreements: int) -> list[str]:
    """An SWR line with its territory and the publishers that represent the writer."""
    head = f"SWR{_party(writer)}{_last(writer):45}{_first(writer):30} CA{'':9}{_ipi(writer)}"
    agreement = f"AG{writer:05d}" if writer < agreements else ""
    return [
        f"{head}{_societies_and_shares(_society(writer), owns)}{'':4}{_base(writer)}{'0' * 12} ",
        f"SWT{_party(writer)}{_digits(owns)}I{WORLD} 001",
        *(f"PWR{_firm(firm)}{FIRMS[firm]:45}{agreement:14}{'':14}{_party(writer)}" for firm in firms),
    ]


def _less(line: str) -> str:
    """An SWR line that owns a tenth of the performing right less than it should."""
    at = line.index(_ipi_of(line)) + 11 + 3
    return f"{line[:at]}{int(line[at : at + 5]) - 1000:05d}{line[at + 5 :]}"


def _ipi_of(line: str) -> str:
    return line[99:110]


def _title(number: int) -> str:
    which, what = WHICH[number % len(WHICH)], WHAT[number // len(WHICH) % len(WHAT)]
    return f"{which} {what}" if number < len(WHICH) * len(WHAT) else f"{which} {what} NO {number}"


def _societies_and_shares(society: str, shares: Shares) -> str:
    return "".join(f"{society}{share:05d}" for share in shares)


def _digits(shares: Shares) -> str:
    return "".join(f"{share:05d}" for share in shares)


def _party(writer: int) -> str:
    return f"W{writer:05d}   "


def _firm(firm: int) -> str:
    return f"P{firm:03d}     "


def _last(writer: int) -> str:
    return LAST[writer % len(LAST)]


def _first(writer: int) -> str:
    return FIRST[writer // len(LAST) % len(FIRST)]


def _society(writer: int) -> str:
    return SOCIETIES[writer % len(SOCIETIES)]


def _ipi(writer: int) -> str:
    return an_ipi(810_000_000 + writer)


def _base(writer: int) -> str:
    return an_ipi_base(810_000_000 + writer)


def _firm_ipi(firm: int) -> str:
    return an_ipi(820_000_000 + firm)
