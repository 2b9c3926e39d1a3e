import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from perfagent.agent.journal import Journal
from perfagent.agent.run_folder import RunFolder, find_run, list_runs, new_run_id
from perfagent.tools.errors import PerfagentError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    folder = RunFolder(tmp_path / "run")
    yield folder
    folder.close()


def test_documents_come_back_byte_for_byte(folder: RunFolder) -> None:
    text = "lone surrogate \udc80, CRLF\r\n"
    assert folder.get(folder.put(text)) == text


def test_equal_documents_are_stored_once(folder: RunFolder) -> None:
    assert folder.put("x") == folder.put("x")
    assert len(list((folder.path / "objects").iterdir())) == 1


def test_a_missing_document_is_a_clear_error(folder: RunFolder) -> None:
    with pytest.raises(PerfagentError, match="lacks the document"):
        folder.get("0" * 64)


def test_a_step_is_computed_once(folder: RunFolder) -> None:
    calls: list[int] = []

    def compute() -> int:
        calls.append(1)
        return 42

    assert [folder.step("a", compute), folder.step("a", compute)] == [42, 42]
    assert calls == [1]


def test_a_step_whose_result_is_null_is_finished_too(folder: RunFolder) -> None:
    assert folder.step("tests", lambda: None) is None
    assert folder.step("tests", lambda: 42) is None
    assert folder.found("tests", "no result") is None


def test_looking_for_a_step_makes_none(folder: RunFolder) -> None:
    assert folder.found("a") is None
    assert not list((folder.path / "steps").iterdir())
    folder.step("a", lambda: [1])
    assert folder.found("a") == [1]


def test_a_journal_replays_what_was_recorded_then_goes_on(tmp_path: Path) -> None:
    first = Journal(tmp_path / "j")
    assert [first.replay(lambda: 1), first.replay(lambda: 2)] == [1, 2]
    again = Journal(tmp_path / "j")
    assert [again.replay(lambda: 9), again.replay(lambda: 9), again.replay(lambda: 3)] == [1, 2, 3]


def test_a_torn_last_line_is_measured_again(tmp_path: Path) -> None:
    (tmp_path / "j").write_text('1\n{"reading": 0.')
    journal = Journal(tmp_path / "j")
    assert [journal.replay(lambda: 9), journal.replay(lambda: 2)] == [1, 2]
    assert (tmp_path / "j").read_text() == "1\n2\n"


def test_a_full_disk_is_noticed_before_a_step(folder: RunFolder) -> None:
    folder.require_space()
    with pytest.raises(PerfagentError, match="MiB are free"):
        folder.require_space(2**62)


def test_runs_are_found_by_a_unique_beginning(tmp_path: Path) -> None:
    for name in ("20260101-a", "20260102-b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps({"command": "run", "repository": "/r"}))
    assert find_run("20260102", tmp_path).name == "20260102-b"
    assert find_run(str(tmp_path / "20260101-a")).name == "20260101-a"
    with pytest.raises(UsageError, match="several runs"):
        find_run("2026", tmp_path)
    assert [entry["id"] for entry in list_runs(tmp_path)] == ["20260102-b", "20260101-a"]
    assert list_runs(tmp_path)[0]["status"] == "unfinished"


def test_run_ids_sort_by_time() -> None:
    assert new_run_id(0.0) < new_run_id(100_000.0)


def test_a_claimed_folder_is_swept_and_refused_to_others(folder: RunFolder) -> None:
    for name in ("work/scratch-1", "trees/c-1.part", "trees/c-1", "index-7"):
        (folder.path / name).mkdir(parents=True)
    (folder.path / "steps/.check.json.17").touch()
    folder.claim()
    assert sorted(p.name for p in folder.path.glob("*/*")) == ["c-1"]
    assert not (folder.path / "index-7").exists()
    with closing(RunFolder(folder.path)) as other:
        with pytest.raises(PerfagentError, match="under way in another process"):
            other.claim()
        folder.close()
        other.claim()


def test_threads_may_use_a_folder_at_once(tmp_path: Path) -> None:
    folder, made = RunFolder(tmp_path / "run"), []

    def work(number: int) -> tuple[str, int]:
        digest = folder.put("the same document " * 1000)
        folder.event("e", number=number, text="x" * 5000)
        return digest, folder.step("slow", lambda: slowly(number))

    def slowly(number: int) -> int:
        made.append(number)
        time.sleep(0.05)
        return number

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(16)))
    folder.close()
    assert len(set(results)) == 1 and len(made) == 1
    events = [json.loads(line) for line in (folder.path / "events.jsonl").read_text().splitlines()]
    assert sorted(event["number"] for event in events) == list(range(16))
    assert [path.name for path in (folder.path / "objects").iterdir()] == [results[0][0]]


def test_a_journal_that_diverges_forgets_what_it_held(tmp_path: Path) -> None:
    first = Journal(tmp_path / "j.jsonl")
    assert [first.replay(partial(int, n)) for n in range(3)] == [0, 1, 2]
    again = Journal(tmp_path / "j.jsonl")
    assert again.upcoming == 0 and again.replay(lambda: 9) == 0
    again.diverge()
    assert again.upcoming is None and again.replay(lambda: 9) == 9
    assert Journal(tmp_path / "j.jsonl").entries == [0, 9]
