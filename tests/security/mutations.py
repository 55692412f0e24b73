"""Bytes changed at random but repeatably, for a while: what a fuzz test feeds to a reader."""

import random
import time
from collections.abc import Callable, Iterator, Sequence

SECONDS = 20.0
"""How long one fuzz test goes on."""

Change = Callable[[random.Random, bytes], bytes]


def mutants(samples: Sequence[bytes], *, seconds: float = SECONDS) -> Iterator[tuple[int, bytes]]:
    """Seed and bytes, again and again until the time is over; the same seed always gives the same bytes."""
    end = time.monotonic() + seconds
    seed = 0
    while time.monotonic() < end:
        yield seed, mutant(samples, seed)
        seed += 1


def mutant(samples: Sequence[bytes], seed: int) -> bytes:
    """A sample with one to six changes."""
    chance = random.Random(seed)  # noqa: S311  chooses changes, protects nothing
    content = chance.choice(samples)
    for _ in range(chance.randint(1, 6)):
        content = chance.choice(CHANGES)(chance, content)
    return content


def _place(chance: random.Random, content: bytes) -> int:
    return chance.randrange(len(content) + 1)


def _flip(chance: random.Random, content: bytes) -> bytes:
    at = _place(chance, content[:-1])
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: _place(chance, content)]


def _drop(chance: random.Random, content: bytes) -> bytes:
    at = _place(chance, content)
    return content[:at] + content[at + chance.randint(1, 200) :]


def _repeat(chance: random.Random, content: bytes) -> bytes:
    at = _place(chance, content)
    piece = content[at : at + chance.randint(1, 400)]
    return content[:at] + piece * chance.randint(2, 4) + content[at:]


def _swap_lines(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _insert(chance: random.Random, content: bytes) -> bytes:
    at = _place(chance, content)
    return content[:at] + chance.choice(STRANGE) + content[at:]


STRANGE = (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", "é漢🎵".encode(), b"\r", b"\n\n", b"99999999", b" " * 90, b"{", b'"')
CHANGES: tuple[Change, ...] = (_flip, _flip, _cut, _drop, _repeat, _swap_lines, _insert, _insert)
