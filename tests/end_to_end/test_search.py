"""The ways to search: editors side by side, what is carried over, fresh starts, one free conversation, and reviews."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

FLAGS = ("--workload", "script:benchmarks/both.py", "--sandbox", "local", "--paths", "textkit/*", "--json")
LOOP = "    out = []\n    for word in words:\n"
FAST = "    return list(dict.fromkeys(words))\n"
COUNT = "    return {word: words.count(word) for word in words}\n"
COUNTED = "    out = {}\n    for word in words:\n        out[word] = out.get(word, 0) + 1\n    return out\n"
TALLY = ("edit", {"path": "textkit/counts.py", "old": COUNT, "new": COUNTED})


def model(server: Any) -> tuple[Any, ...]:
    return ("--model", "test-model", "--api-base", server.url)


def said(body: dict[str, Any]) -> str:
    return "\n".join(str(message.get("content")) for message in body["messages"])


def tally_idea(kit: Any) -> dict[str, Any]:
    there = {"path": "textkit/counts.py", "qualname": "tally"}
    return {**kit.idea("Count in one pass", 0.3, "tally"), "target": there}


def editor_requests(server: Any, title: str) -> list[str]:
    return [said(body) for body in server.requests if f"**{title}** (" in said(body)]


def test_ideas_are_edited_side_by_side_and_the_second_gain_is_carried_over(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server, together = scripted_server, threading.Barrier(2)
    tally = tally_idea(kit)
    edits = {
        "Use a dict": [server.tools(kit.replacing(LOOP + kit.SLOW, FAST), kit.SUBMIT)],
        "Count in one pass": [server.tools(TALLY, kit.SUBMIT)],
    }
    script = kit.Script(server, [server.text(kit.plan_of(kit.idea("Use a dict", 0.6), tally))], edits)

    def respond(body: dict[str, Any]) -> Any:
        answer = script(body)
        # Both conversations begin before either is answered.
        met = any(f"**{title}** (" in said(body) for title in edits)
        return replace(answer, meeting=together) if met else answer

    server.respond = respond
    result = perfagent(
        "run", repository, *FLAGS, *model(server), "--strategy", "tree", "--parallel", 2, "--max-candidates", 2
    ).json
    assert sorted(patch["idea"] for patch in result["patches"]) == ["Count in one pass", "Use a dict"]
    assert {patch["origin"] for patch in result["patches"]} == {"model"}
    assert len(editor_requests(server, "Count in one pass")) == len(editor_requests(server, "Use a dict")) == 1
    assert result["candidates"]["faster"] == 2


def decaying(server: Any, kit: Any) -> Any:
    """A model that clings to its first thought while it repairs, and has another one when it starts afresh."""
    wrong = server.tools(kit.replacing(LOOP + kit.SLOW, "    return sorted(set(words))\n"), kit.SUBMIT)
    still = server.tools(kit.replacing("sorted(set(words))", "sorted(set(words), key=str)"), kit.SUBMIT)
    again = server.tools(kit.replacing("sorted(set(words), key=str)", "sorted({*words}, key=len)"), kit.SUBMIT)
    right = server.tools(kit.replacing(LOOP + kit.SLOW, FAST), kit.SUBMIT)
    plan = [server.text(kit.plan_of(kit.idea("Use a dict")))]
    return kit.Script(server, plan, {"Use a dict": [wrong, still, again, right]})


def test_a_fresh_start_is_told_what_failed_and_nothing_else(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server = scripted_server
    server.respond = decaying(server, kit)
    flags = (*FLAGS, *model(server), "--strategy", "refine", "--max-candidates", 4)
    result = perfagent("run", repository, *flags).json
    first, repair, second, fresh = editor_requests(server, "Use a dict")
    assert repair.startswith(first[:200])
    assert "failed at the stage **same values**" in repair
    assert second.count("Your change was not kept") == 2
    assert "Your change was not kept" not in fresh
    assert fresh.count("Use a dict: not_equivalent") == 3
    assert "Use a dict" in [patch["idea"] for patch in result["patches"]]


def test_without_fresh_starts_the_same_model_gets_nowhere(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server = scripted_server
    server.respond = decaying(server, kit)
    flags = (*FLAGS, *model(server), "--strategy", "refine", "--max-candidates", 3)
    result = perfagent("run", repository, *flags, PERFAGENT_FRESH_STARTS="0").json
    assert len(editor_requests(server, "Use a dict")) == 3
    assert "Use a dict" not in [patch["idea"] for patch in result["patches"]]


def test_the_shell_strategy_asks_no_planner(perfagent: Any, repository: Path, scripted_server: Any, kit: Any) -> None:
    server = scripted_server
    answers = [server.tools(kit.replacing(LOOP + kit.SLOW, FAST), kit.SUBMIT)]
    server.respond = lambda _: answers.pop(0) if answers else server.text("GIVE UP: nothing is left")
    result = perfagent("run", repository, *FLAGS, *model(server), "--strategy", "shell").json
    assert [patch["idea"] for patch in result["patches"]] == ["a dict finds a word at once"]
    # One conversation at each of the two baselines, and no plan.
    assert len(server.requests) == 2
    assert all(body.get("tools") for body in server.requests)


def test_a_review_lands_rejects_or_sends_back_with_a_hint(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server = scripted_server
    first = server.tools(kit.replacing(LOOP + kit.SLOW, FAST.replace("list(", "[*").replace("))", ")]")), kit.SUBMIT)
    second = server.tools(kit.replacing("[*dict.fromkeys(words)]", "list(dict.fromkeys(words))"), kit.SUBMIT)
    tally = tally_idea(kit)
    plans = [server.text(kit.plan_of(kit.idea("Use a dict"))), server.text(kit.plan_of(tally))]
    edits = {"Use a dict": [first, second], "Count in one pass": [server.tools(TALLY, kit.SUBMIT)]}
    server.respond = kit.Script(server, plans, edits)
    flags = (*FLAGS, *model(server), "--strategy", "refine", "--review", "--max-candidates", 3)
    waiting = perfagent("run", repository, *flags, status=130)
    (run,) = perfagent.runs()
    assert "a patch waits for review (Use a dict)" in waiting.said
    assert "[*dict.fromkeys(words)]" in (run / "review.diff").read_text()
    assert "waits for review" in perfagent("resume", run.name, "--json", status=130).said
    asked = len(server.requests)

    perfagent("resume", run.name, "--json", "--hint", "Say list(...), as elsewhere.", status=130)
    assert "Say list(...), as elsewhere." in said(server.requests[asked])
    assert "list(dict.fromkeys(words))" in (run / "review.diff").read_text()

    perfagent("resume", run.name, "--json", "--accept", status=130)
    result = perfagent("resume", run.name, "--json", "--reject").json
    assert [patch["idea"] for patch in result["patches"]] == ["Use a dict"]
    assert "list(dict.fromkeys(words))" in result["patches"][0]["diff"]
    told = [(entry["title"], entry["verdict"]) for entry in result["tried"]]
    assert ("Count in one pass", "declined") in told
    decisions = [event["decision"] for event in kit.events(run) if event["kind"] == "review"]
    assert decisions == ["hint", "accept", "reject"]


def test_a_limit_on_calls_holds_while_two_editors_work(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server = scripted_server
    read = server.tools(("read_file", {"path": "textkit/words.py"}))
    edits = {title: [read] * 20 for title in ("Use a dict", "Use a set")}
    plan = server.text(kit.plan_of(kit.idea("Use a dict"), kit.idea("Use a set", 0.5)))
    server.respond = kit.Script(server, [plan], edits)
    flags = (*FLAGS, *model(server), "--strategy", "best-of", "--parallel", 2, "--max-calls", 5)
    result = perfagent("run", repository, *flags).json
    assert len(server.requests) <= 5
    assert "limit on calls" in result["stop"]
    assert json.dumps(result["tried"]).count("no_edit") == 2
