"""Six words that two people compare by telephone before a key is trusted.

The words are built from syllables, so no language is favoured and no list has to be kept: 16 consonants, 4 vowels,
8 consonants and 4 vowels give 2,048 words, 11 bits each, 66 bits for six.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

_FIRST = "bdfghjklmnprstvz"
_VOWELS = "aiou"
_SECOND = "bdlnrsvy"
_BITS = 11
_COUNT = 6

WORDS = tuple(a + b + c + d for a in _FIRST for b in _VOWELS for c in _SECOND for d in _VOWELS)


def fingerprint_words(public_key: Mapping[str, Any] | bytes) -> tuple[str, ...]:
    """Six words for a public key, given as JWK or as its 32 raw bytes: the first 66 bits of its SHA-256."""
    if not isinstance(public_key, bytes):
        text = str(public_key["x"])
        public_key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(public_key) != 32:
        raise ValueError("an Ed25519 public key has 32 bytes")
    number = int.from_bytes(hashlib.sha256(public_key).digest())
    top = 256 - _BITS
    return tuple(WORDS[number >> (top - _BITS * place) & (2**_BITS - 1)] for place in range(_COUNT))
