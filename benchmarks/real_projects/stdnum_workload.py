"""python-stdnum: checking the numbers in a shop's ledger."""

from __future__ import annotations

import random

from stdnum import ean, imei, isbn, luhn


def setup() -> list[tuple[str, str, str]]:
    """Three thousand lines with an ISBN, an IMEI and an EAN, with separators; most of them hold."""
    dice = random.Random(67)

    def digits(count: int) -> str:
        return "".join(dice.choice("0123456789") for _ in range(count))

    lines = []
    for _ in range(3000):
        book, phone, article = "978" + digits(9), digits(14), digits(12)
        book += ean.calc_check_digit(book) if dice.random() < 0.8 else "0"
        phone += luhn.calc_check_digit(phone)
        article += ean.calc_check_digit(article)
        lines.append(
            (
                "-".join((book[:3], book[3], book[4:8], book[8:12], book[12])),
                _in_fours(phone),
                _in_fours(article),
            )
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
            imei.compact(phone),
            imei.is_valid(phone),
            ean.is_valid(article),
        )
        for book, phone, article in data
    ]
