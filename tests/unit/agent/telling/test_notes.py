"""What tracing saw, in one line."""

from dataclasses import dataclass, field

from perfagent.agent.telling.notes import notes_of


@dataclass
class Size:
    name: str = "words"
    minimum: int = 0
    median: int = 40
    maximum: int = 1000


@dataclass
class Calls:
    path: str = "pkg/a.py"
    qualname: str = "f"
    calls: int = 12000
    sampled: int = 5000
    repeated: float | None = 0.925
    sizes: list[Size] = field(default_factory=lambda: [Size()])


def test_a_note_tells_calls_repetition_and_sizes() -> None:
    note = notes_of([Calls()])["pkg/a.py:f"]
    assert note.text == (
        "12,000 calls in one execution; 92% of the first 5,000 with arguments seen before; "
        "`words` holds 0 to 1,000 items, median 40"
    )
    assert note.repeated == 0.925


def test_what_is_not_known_is_not_told() -> None:
    assert notes_of([Calls(repeated=None, sizes=[])])["pkg/a.py:f"].text == "12,000 calls in one execution"
