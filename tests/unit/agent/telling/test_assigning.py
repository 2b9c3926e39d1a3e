"""From a task of the search to what an editor is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perfagent.agent.dialogue import Assignment
from perfagent.agent.services import Services
from perfagent.agent.state import Idea, Task, Tried
from perfagent.agent.telling.assigning import assignment_for, left_in_scratch
from perfagent.tools.profile import Hotspot
from perfagent.tools.report import EvidenceFile

Open = Callable[..., Services]
IDEA = Idea(id="x", title="A set", path="pkg/words.py", qualname="unique", origin="model")
SPOT = Hotspot(
    path="pkg/words.py", qualname="unique", start=1, end=6, calls=3, self_share=0.6, charged_share=0.7,
    cumulative_share=0.8,
)  # fmt: skip


def tried(idea: str, title: str, *left: EvidenceFile) -> Tried:
    return Tried(idea=idea, title=title, verdict="not_faster", evidence=left)


def test_a_first_attempt_is_told_the_facts_and_what_became_of_other_ideas(open_services: Open) -> None:
    services = open_services()
    ledger = [tried("x", "A set"), tried("y", "Sort them")]
    told = assignment_for(services, Task(idea=IDEA), services.target.head, [SPOT], ledger)
    assert told.facts is not None
    assert [(hot.hotspot, bool(hot.source)) for hot in told.facts.hot] == [(SPOT, True)]
    assert [idea.title for idea in told.facts.tried] == ["Sort them"]
    assert (told.history, told.failed) == ((), ())


def test_a_fresh_start_is_told_how_the_earlier_ones_ended(open_services: Open) -> None:
    services = open_services()
    told = assignment_for(services, Task(idea=IDEA, start=1), services.target.head, [], [tried("x", "A set")])
    assert told.facts is not None
    assert [(attempt.title, attempt.verdict) for attempt in told.failed] == [("A set", "not_faster")]


def test_a_repair_goes_on_with_its_conversation_and_no_facts_are_gathered(open_services: Open) -> None:
    services = open_services()
    history = services.folder.put_json([{"role": "user", "content": "Make it faster."}])
    repair = Task(idea=IDEA, attempt=1, history=history)
    told = assignment_for(services, repair, services.target.head, [SPOT], [])
    assert told.facts is None
    assert [message.content for message in told.history] == ["Make it faster."]
    assert not list((services.folder.path / "steps").iterdir()), "nothing was traced, no memory was searched"


def test_an_assignment_tells_the_facts_one_way_or_the_other() -> None:
    with pytest.raises(ValueError, match="neither facts nor a history"):
        Assignment(idea=None, facts=None)


def test_of_files_left_in_scratch_the_latest_of_each_name_is_told(open_services: Open) -> None:
    old, new = (EvidenceFile(name="differ.py", size=9, digest=each, last_line=each) for each in ("old", "new"))
    left = left_in_scratch([tried("x", "A set", old), tried("y", "Sort them", new)])
    services = open_services()
    told = assignment_for(services, Task(idea=IDEA), services.target.head, [], [], left)
    assert told.scratch == (("differ.py", "new"),)
