"""Examples are the same for a whole run, whatever other runs keep meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from perfagent.agent.memory import AcceptedEdit, EditStore, lineage_of, memory_path, tokens_of
from perfagent.agent.services import Services
from perfagent.agent.telling.examples import MOST_EXAMPLES, SHOWN_DIFF, examples_for
from perfagent.tools.profile import Hotspot

SPOT = Hotspot(
    path="pkg/words.py", qualname="unique", start=1, end=6, self_share=1, charged_share=1, cumulative_share=1, calls=1
)


def keep(services: Services, count: int) -> None:
    source = "\n".join((services.lab.tree(services.target.head) / "pkg/words.py").read_text().splitlines()[:6])
    for number in range(count):
        edit = AcceptedEdit(
            id=f"{number:08}", made=float(number), run="r", project="words", lineage=lineage_of(services.target),
            base="", path="pkg/tags.py", qualname="known", title=f"edit {number}", rationale="searched", mechanism="",
            diff="+line\n" * 1000, speedup=2.0 + number, interval=None, metric="cpu", python="3.11",
            tokens=dict(tokens_of(source)),
        )  # fmt: skip
        EditStore(memory_path()).add(edit)


def found(services: Services) -> list[str]:
    head = services.target.head
    return [example.title for example in examples_for(services, head, [SPOT], services.lab.tree(head))]


def test_the_largest_gains_of_those_alike(open_services: Callable[..., Services]) -> None:
    services = open_services()
    keep(services, 5)
    assert found(services) == ["edit 4", "edit 3", "edit 2"]
    keep(services, 9)
    assert found(services) == ["edit 4", "edit 3", "edit 2"]
    assert len(found(open_services("next"))) == MOST_EXAMPLES


def test_an_example_tells_where_and_how_much_and_is_short(open_services: Callable[..., Services]) -> None:
    services = open_services()
    keep(services, 1)
    head = services.target.head
    (example,) = examples_for(services, head, [SPOT], services.lab.tree(head))
    assert (example.where, example.measured) == ("pkg/tags.py known of words", "2.00x")
    assert len(example.diff) <= SHOWN_DIFF + 6
    assert example.diff.endswith("\n[cut]")
