"""The model's way over a real socket: what it may answer, how it may fail, and that only what is faster is kept."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FLAGS = ("--workload", "script:benchmarks/bench.py", "--sandbox", "local", "--paths", "textkit/*", "--json")
BLOCK = "A dict.\n\ntextkit/words.py\n```python\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n"
LOOP = "    out = []\n    for word in words:\n"
FAST = "    return list(dict.fromkeys(words))\n"


class Told(NamedTuple):
    """A run of the model that meets everything, and what was said."""

    result: Any
    run: Path
    requests: list[dict[str, Any]]
    conversations: dict[str, str]


def everything(server: Any, kit: Any) -> Any:
    """What the model says in the run that meets everything: five ideas, of which the last one works in the end."""
    whole = LOOP + kit.SLOW
    body = kit.replacing(whole, FAST)
    guarded = ("edit", {"path": "tests/test_textkit.py", "old": 'unique(["b", "a", "b"])', "new": '["b", "a"]'})
    sneaky = ("edit", {"path": "benchmarks/bench.py", "old": "range(1600)", "new": "range(16)"})
    slower = kit.replacing("    out = []\n", "    out = []\n    words = [w for w in words for _ in range(40)][::40]\n")
    plan = kit.plan_of(
        kit.idea("Edit the tests", 0.9), kit.idea("Sort the words", 0.8), kit.idea("Do more work", 0.7),
        kit.idea("Use a dict", 0.6),
    )  # fmt: skip
    edits = {
        "Edit the tests": [server.tools(guarded), server.tools(sneaky), server.tools(kit.SUBMIT)],
        "Sort the words": [server.tools(kit.replacing(whole, "    return sorted(set(words))\n"), kit.SUBMIT)],
        "Do more work": [server.tools(slower, kit.SUBMIT)],
        "Use a dict": [
            server.status(429, "slow down", {"retry-after": "0.2"}),
            server.status(500, "oops"),
            server.cut(),
            server.stall(8),
            server.tools(("read_file", '{"path": "textkit')),
            server.tools(("bash", {"command": "ls"})),
            server.tools(kit.replacing("    seen = []\n", FAST)),
            server.tools(kit.replacing(whole, FAST.replace("return list", "return words and list")), kit.SUBMIT),
            # The repair of what broke a test.
            server.tools(kit.replacing("words and ", ""), ("run_tests", {})),
            server.tools(kit.SUBMIT),
        ],
    }
    assert body[1]["old"] in kit.WORDS
    return kit.Script(server, [server.text(f"Here it is:\n```json\n{plan}\n```")], edits)


@pytest.fixture(scope="module")
def server(scripted_servers: Callable[[], Any]) -> Iterator[Any]:
    opened = scripted_servers()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def told(
    make_perfagent: Callable[[Path], Any], kit: Any, server: Any, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    """One run that meets everything; each test here looks at one part of it."""
    folder = tmp_path_factory.mktemp("everything")
    perfagent, repository = make_perfagent(folder), kit.make_repository(folder / "textkit")
    server.respond = everything(server, kit)
    model = ("--model", "test-model", "--api-base", server.url, "--model-timeout", 3)
    result = perfagent("run", repository, *FLAGS, *model).json
    last: dict[str, Any] = {}
    for body in server.requests:
        text = json.dumps(body["messages"])
        for title in ("Edit the tests", "Sort the words", "Do more work", "Use a dict"):
            if f"**{title}**" in text:
                last[title] = last.get(title, "") + text
    return Told(result, Path(result["run_dir"]), server.requests, last)


def verdicts(told: Told, title: str) -> list[str]:
    return [entry["verdict"] for entry in told.result["tried"] if entry["title"] == title]


def test_only_what_is_faster_is_accepted(told: Told) -> None:
    result = told.result
    assert (result["status"], result["verdict"]) == ("completed", "faster")
    assert [(p["idea"], p["origin"]) for p in result["patches"]] == [("Use a dict", "model")]
    assert "+    return list(dict.fromkeys(words))" in result["patches"][0]["diff"]
    assert result["interval"][0] > 5
    assert result["candidates"] == {"not_equivalent": 1, "not_faster": 1, "tests_failed": 1, "faster": 1}


def test_edits_of_tests_and_benchmarks_are_refused_at_once(told: Told) -> None:
    assert verdicts(told, "Edit the tests") == ["no_edit"]
    assert told.conversations["Edit the tests"].count("error (protected)") >= 2


def test_other_results_are_not_equivalent_and_the_model_is_told(told: Told) -> None:
    assert verdicts(told, "Sort the words") == ["not_equivalent", "no_edit"]
    assert "Your change was not kept. It failed at the stage **same values**" in told.conversations["Sort the words"]


def test_a_slower_edit_is_rejected_with_its_figures(told: Told) -> None:
    assert verdicts(told, "Do more work") == ["not_faster", "no_edit"]
    assert "speedup (baseline time / candidate time): 0." in told.conversations["Do more work"]


def test_an_edit_that_breaks_a_test_is_repaired_with_its_evidence(told: Told) -> None:
    assert verdicts(told, "Use a dict") == ["tests_failed", "faster"]
    assert "test_unique_gives_a_list" in told.conversations["Use a dict"]
    assert "4 tests pass." in told.conversations["Use a dict"]


def test_calls_and_edits_that_do_not_fit_are_explained(told: Told) -> None:
    said = told.conversations["Use a dict"]
    assert "error: read_file: " in said
    assert "error: there is no tool 'bash'" in said
    assert "error (not_found)" in said


def test_passing_troubles_are_waited_out(told: Told) -> None:
    answered = told.result["cost"]["calls"]
    # 429, 500, a broken connection and a stall: asked again, paid once.
    assert len(told.requests) == answered + 4
    # What broke off in the middle is counted by estimate.
    assert told.result["cost"]["failed_attempts"] == 4
    assert told.result["cost"]["input_tokens"] > 100 * answered


def test_a_model_of_text_that_cannot_plan_still_edits(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    server = scripted_server
    words = [server.text("I would look at the loops."), server.text('{"ideas": [{"title": "x"}]}')]
    block = BLOCK.format(old=LOOP + kit.SLOW, new=FAST)
    edits = {
        "Make unique faster": [
            server.status(400, "this model does not support tools"),
            server.text("Certainly!"),
            server.text(block.replace("append(word)", "append(w)")),
            server.text(block),
        ]
    }
    server.respond = kit.Script(server, words, edits)
    flags = ("--model", "test-model", "--api-base", server.url)
    done = perfagent("run", repository, *FLAGS, *flags)
    assert "the hotspots stand in as ideas" in done.err
    assert [(p["idea"], p["origin"]) for p in done.json["patches"]] == [("Make unique faster", "model")]
    assert done.json["interval"][0] > 5


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (("--model", "anthropic/claude-sonnet-4-5"), "ANTHROPIC_API_KEY"),
        (("--model", "no-such-model"), "unknown model no-such-model"),
        (("--model", "test-model", "--api-base", "http://127.0.0.1:{port}/v1"), "cannot be reached"),
    ],
)
def test_a_model_that_cannot_work_is_told_before_anything_is_built(
    perfagent: Any, repository: Path, flags: tuple[str, ...], line: str
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        given = [flag.format(port=closed.getsockname()[1]) for flag in flags]
        done = perfagent("run", repository, *FLAGS, *given, status=1)
    assert line in done.said
    assert done.out == ""
    assert perfagent.runs() == []


def test_an_endpoint_that_refuses_ends_the_run_which_can_be_resumed(
    perfagent: Any, repository: Path, scripted_server: Any, kit: Any
) -> None:
    scripted_server.respond = lambda _: scripted_server.status(401, "no")
    flags = ("--model", "test-model", "--api-base", scripted_server.url)
    done = perfagent("run", repository, *FLAGS, *flags, status=1)
    assert "refuses the API key" in done.said
    (run,) = perfagent.runs()
    assert f"perfagent resume {run.name}" in done.err
    scripted_server.respond = kit.Script(scripted_server)
    resumed = perfagent("resume", run.name, "--json").json
    assert (resumed["status"], resumed["patches"][0]["origin"]) == ("completed", "catalogue")
