"""An accepted candidate becomes a commit, the new baseline, and a line of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from perfagent.agent.lab.present import seconds_at
from perfagent.agent.nodes.land import land
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Idea, RunState, Task, Tried, Verdict
from perfagent.tools.report import BenchmarkFigure

DIFF = """\
--- a/pkg/words.py
+++ b/pkg/words.py
@@ -9,2 +9,2 @@
 def count(words):
-    return len(unique(words))
+    return len(set(words))
"""
IDEA = Idea(id="x", title="An idea", path="pkg/words.py", qualname="count", origin="model")


def accepted(services: Services) -> RunState:
    """After the verifier found a candidate twice as fast on the one benchmark."""
    head, diff = services.target.head, services.folder.put(DIFF)
    figure = BenchmarkFigure(id="bench", speedup=2.0, interval=(1.9, 2.1), verdict="faster", pairs=20)
    verdict = Verdict(candidate="c", verdict="faster", speedup=2.0, detail="proved", benchmarks=(figure,), diff=diff)
    candidate = Candidate(id="c", idea="x", title="A set", parent=head, diff=diff, origin="model")
    told = {
        "candidate": candidate.model_dump(),
        "verdict": services.folder.put_json(verdict.model_dump(mode="json")),
        "task": Task(idea=IDEA).model_dump(),
        "history": "",
    }
    return cast("RunState", {"head": head, "accepted": told})


def test_the_commit_is_the_new_baseline_and_its_seconds_are_known(open_services: Callable[..., Services]) -> None:
    services = open_services()
    state = accepted(services)
    update = land(state, services)
    head = update["head"]
    assert "set(words)" in (services.lab.tree(head) / "pkg/words.py").read_text()
    assert seconds_at(services, head)["bench"] == pytest.approx(0.005)
    assert land(state, services)["head"] == head, "landed again by a resumed run it is the same commit"


def test_the_ledger_tells_the_candidate_at_the_baseline_it_was_measured_on(
    open_services: Callable[..., Services],
) -> None:
    services = open_services()
    state = accepted(services)
    (line,) = (Tried(**each) for each in land(state, services)["tried"])
    assert (line.idea, line.title, line.place, line.origin) == ("x", "A set", "pkg/words.py:count", "model")
    assert (line.verdict, line.speedup, line.reason, line.head) == ("faster", 2.0, "proved", state["head"])
