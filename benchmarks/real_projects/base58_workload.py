"""base58: encoding and checking a wallet's addresses."""

from __future__ import annotations

import random

import base58


def setup() -> list[bytes]:
    """Two thousand payloads of the lengths addresses and keys have."""
    dice = random.Random(53)
    return [bytes(dice.randrange(256) for _ in range(dice.choice([21, 33, 34, 78]))) for _ in range(2000)]


def workload(data: list[bytes]) -> list[bytes]:
    """Every payload there and back, the encoded ones returned."""
    encoded = [base58.b58encode_check(payload) for payload in data]
    if [base58.b58decode_check(text) for text in encoded] != data:
        raise ValueError("an address did not come back")
    return [bytes(text) for text in encoded]
