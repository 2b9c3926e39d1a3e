"""prettytable: a stock list as a text table."""

from __future__ import annotations

import random

from prettytable import PrettyTable


def setup() -> list[list[object]]:
    """Fifteen hundred rows of names, figures and remarks."""
    dice = random.Random(37)
    remarks = ["", "in stock", "ordered\nlast week", "discontinued", "überfällig", "在庫あり"]
    return [
        [f"article {number:04d}", dice.randint(1, 9000), round(dice.uniform(0, 500), 2), dice.choice(remarks)]
        for number in range(1500)
    ]


def workload(data: list[list[object]]) -> str:
    """The table in order of price."""
    table = PrettyTable(["name", "pieces", "price", "remark"])
    table.align["name"] = "l"
    for row in data:
        table.add_row(row)
    return str(table.get_string(sortby="price"))
