"""An example of the values of every template: a small repository with a slow function."""

from __future__ import annotations

from perfagent.agent.dialogue import (
    Attempt,
    Example,
    Excerpt,
    Facts,
    Feedback,
    HotFunction,
    IdeaDraft,
    Parent,
    PatternHint,
    Target,
    TriedIdea,
)
from perfagent.tools.profile import Hotspot

SOURCE = """\
def unique(words):
    out = []
    for word in words:
        if word not in out:
            out.append(word)
    return out
"""
CALLER = """\
def count(text):
    return len(unique(text.split()))
"""
DIFF = """\
--- a/pkg/words.py
+++ b/pkg/words.py
@@ -1,6 +1,2 @@
 def unique(words):
-    out = []
-    for word in words:
-        if word not in out:
-            out.append(word)
-    return out
+    return list(dict.fromkeys(words))
"""

NOTE = "about 1.2 ms a call with all it calls, of 4.5 ms in all; 3 calls in one execution"
LINES = """\
line | hits | share of the function, with what the line calls (shares, not seconds: tracing made it 2.1 times as slow)
3 | 4503 | 9.8% |     for word in words:
4 | 4500 | 88.1% |         if word not in out:
"""

SPOT = Hotspot(
    path="pkg/words.py",
    qualname="unique",
    start=1,
    end=6,
    self_share=0.6,
    charged_share=0.7,
    cumulative_share=0.8,
    calls=3,
    callers=("pkg/words.py:count",),
    benchmarks=("count",),
)
IDEA = IdeaDraft(
    title="Keep seen words in a dict",
    target=Target(path="pkg/words.py", qualname="unique"),
    mechanism="data_structure",
    rationale="`word not in out` searches a list for each word: 60 % of the time, and it grows with the square.",
    expected_gain_share=0.55,
    risk="low",
    how_to_check="with fewer than ten different words the list is as fast",
)
PATTERN = PatternHint(
    id="membership-in-set",
    category="data structure",
    text="- Looks like: `if x not in seen: seen.append(x)`.\n- Instead: a set or a dict.",
    reasons=("`pkg/words.py` unique, line 4, tests membership in `out`, a list, inside a loop",),
)
EXAMPLE = Example(
    like="pkg/words.py:unique",
    title="Look tags up in a set",
    where="pkg/tags.py known of words",
    measured="2.10x, 95 % interval 2.02–2.18",
    rationale="The list was searched for every tag.",
    diff=DIFF.replace("words.py", "tags.py"),
)
FACTS = Facts(
    workload="`script:bench.py`\n\n```python\ndef workload():\n    return count(TEXT)\n```",
    measured="Original and change run in interleaved pairs of fresh processes; CPU time decides.",
    min_speedup=1.03,
    hot=(HotFunction(hotspot=SPOT, source=SOURCE, note=NOTE, lines=LINES),),
    context=(Excerpt(title="Calls unique: pkg/words.py count, lines 9-10", code=CALLER),),
    protected=("tests, benchmarks and the workload's own files",),
    tests="pytest",
    python="3.11.9",
    hints=("`pkg/words.py` unique: a list comprehension instead of append",),
    tried=(TriedIdea(title="Sort the words", target="pkg/words.py:unique", verdict="not_equivalent", detail="order"),),
    patterns=(PATTERN,),
    examples=(EXAMPLE,),
    left_out="Left out for length: outlines (1).",
)
FEEDBACK = Feedback(
    stage="measure",
    reason_code="not_faster",
    numbers={"speedup (baseline time / candidate time)": "1.004x after 12 pairs"},
    evidence="the interval is 0.99–1.02",
    question="Where does the time go now, and what did the change add?",
)
ATTEMPT = Attempt(title="Sort the words", verdict="not_equivalent", ratio="1.40x", reason="the order is another one")
PARENT = Parent(
    title="Keep seen words in a dict",
    verdict="inconclusive",
    measured="1.02x, 95 % interval 0.99–1.05",
    diff=DIFF,
    detail="40 pairs did not decide",
)

#: Template to values. A template without an entry fails the tests: its snapshot is missing.
SAMPLES: dict[str, dict[str, object]] = {
    "critic.md": {},
    "critic_task.md": {"facts": FACTS, "ideas": [IDEA]},
    "editor.md": {},
    "editor_task.md": {"facts": FACTS, "idea": IDEA},
    "evolve_task.md": {"facts": FACTS, "parents": [PARENT, PARENT]},
    "feedback.md": {"feedback": FEEDBACK, "evidence": FEEDBACK.evidence, "diff": DIFF},
    "free_task.md": {"facts": FACTS},
    "fresh_start.md": {"facts": FACTS, "idea": IDEA, "attempts": [ATTEMPT]},
    "scratch_left.md": {"files": [("differ.py", "20000 tables equal"), ("prof.py", "")]},
    "loop_blocks_failed.md": {"reason": "not_found", "problem": "No such lines.", "cut_off": False, "tokens": 8000},
    "loop_cut_off.md": {"tokens": 8000},
    "loop_no_change.md": {},
    "loop_nothing_usable.md": {"cut_off": False, "changed": False, "tokens": 8000},
    "loop_soon_over.md": {"minutes": None, "turns": 12, "changed": True, "ends_in_text": False},
    "loop_stuck.md": {"problem": "`profile` was asked four times for the same files"},
    "planner.md": {},
    "planner_repair.md": {"problem": "- risk: Input should be 'low', 'medium' or 'high'"},
    "planner_task.md": {"facts": FACTS, "max_ideas": 5},
    "tools_text.md": {
        "specs": [
            {
                "name": "read_file",
                "description": "Read a file, with line numbers.",
                "parameters": {
                    "properties": {"path": {"type": "string", "description": "path from the root"}},
                    "required": ["path"],
                },
            },
            {
                "name": "submit",
                "description": "Hand in the change.",
                "parameters": {"properties": {}, "required": []},
            },
        ]
    },
    "shell_anew.md": {"kept": 3, "lost": ["data.bin"]},
}
