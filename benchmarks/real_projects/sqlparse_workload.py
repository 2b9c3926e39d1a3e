"""sqlparse: formatting the queries of a reporting job."""

from __future__ import annotations

import random

import sqlparse

COLUMNS = "id name created_at total price quantity country status owner_id region".split()
TABLES = "orders customers items shipments invoices".split()


def setup() -> list[str]:
    """Sixteen queries with joins, conditions and a subquery."""
    dice = random.Random(19)
    queries = []
    for _ in range(16):
        columns = ", ".join(f"{dice.choice('abc')}.{column} as {column}_x" for column in dice.sample(COLUMNS, 6))
        first, second, third = dice.sample(TABLES, 3)
        queries.append(
            f"select {columns}, count(*) filter (where a.total > {dice.randint(1, 99)}) from {first} a "
            f"left join {second} b on a.id = b.owner_id inner join {third} c on c.id = b.id "
            f"where a.status in ('open', 'late', 'paid') and (b.price between {dice.randint(1, 9)} and 90 or "
            f"c.region is not null) and a.id in (select owner_id from {second} where quantity > 3) "
            "group by 1, 2, 3 having sum(a.total) > 100 order by a.created_at desc limit 50;"
        )
    return queries


def workload(data: list[str]) -> list[str]:
    """The queries as a person would lay them out."""
    return [sqlparse.format(query, reindent=True, keyword_case="upper") for query in data]
