"""python-stdnum: checking the numbers of a bookshop's ledger."""

from __future__ import annotations

import random

from stdnum import iban, isbn, luhn


def setup() -> list[tuple[str, str, str]]:
    """Twenty-four hundred lines: an ISBN with hyphens, an IBAN with blanks, a card number with blanks; some are wrong."""
    dice = random.Random(67)
    lines = []
    for _ in range(2400):
        book = "978" + "".join(dice.choice("0123456789") for _ in range(10))
        bank = f"GB{dice.randint(10, 99)}WEST" + "".join(dice.choice("0123456789") for _ in range(14))
        card = "".join(dice.choice("0123456789") for _ in range(15))
        card += luhn.calc_check_digit(card)
        lines.append(
            (f"{book[:3]}-{book[3]}-{book[4:8]}-{book[8:12]}-{book[12]}", _in_fours(bank), _in_fours(card))
        )
    return lines


def _in_fours(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def workload(data: list[tuple[str, str, str]]) -> list[tuple[str, bool, str, bool, bool]]:
    """The numbers without their separators, and whether they hold."""
    return [
        (
            isbn.compact(book),
            isbn.is_valid(book),
            iban.compact(bank),
            iban.is_valid(bank),
            luhn.is_valid(card.replace(" ", "")),
        )
        for book, bank, card in data
    ]
