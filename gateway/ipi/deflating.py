"""Documents made small. They are short and all alike, so what they have in common is known to both sides beforehand.

With the dictionary a document takes half the room and half the time. The dictionary must never change: what was
deflated with it could not be read any more. Another one is another function, and says so in its own way.
"""

import zlib

_STAMP = "20200101101112"
_DICTIONARY = "\n".join(
    (
        f"NTN0756{'':8}{'SWITZERLAND':20}{'':8}1970",
        f"ONN{'':11}{'':135}DF{_STAMP}{_STAMP}",
        f"MCN{'':11}{'':90}PG{_STAMP}{_STAMP}I-",
        "INN00000000000MWMC",
        "MUN00000000000MWMCI-",
        f"BDNL1970{'':60}",
        f"BDNN1970{'':8}{'':60}{'':40}F{_STAMP}",
        f"STNI-0000000001{_STAMP}99991231235959{_STAMP}",
        f"NCN{'':11}{'DJ ':90}{'':45}PP{_STAMP}{_STAMP}",
        f"NCN{'':11}{'':90}{'':45}PA{_STAMP}{_STAMP}",
        f"MAN080MWLYPR2001010100000099991231235959{'20010101'}10000{_STAMP}",
        f"TMA2136{'':8}{'WORLD':20}{'':8}I",
        f"MAN080MWMCMR2001010100000099991231235959{'20010101'}10000{_STAMP}",
        f"TMA2136{'':8}{'WORLD':20}{'':8}I",
        "NUN00000000000MWMC",
    )
).encode("ascii")
_LEVEL, _WINDOW, _MEMORY = 1, 12, 4
"""A window of four kilobytes is enough for a document, and sooner ready than a larger one."""

_BEGUN = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)


def deflated(content: bytes) -> bytes:
    """The content made small."""
    one = _BEGUN.copy()
    return one.compress(content) + one.flush()


def inflated(content: bytes) -> bytes:
    """The content again. Raises ``zlib.error`` for what was not deflated here."""
    one = zlib.decompressobj(_WINDOW, _DICTIONARY)
    return one.decompress(content) + one.flush()
