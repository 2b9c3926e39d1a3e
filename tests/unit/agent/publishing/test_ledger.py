from pathlib import Path

from perfagent.agent.publishing.ledger import Ledger


def test_an_intent_without_its_end_is_owed(tmp_path: Path) -> None:
    file = tmp_path / "pull" / "ledger.jsonl"
    first = Ledger(file)
    assert not first.owes("label", "open", "b")
    first.intend("open", "b")
    assert Ledger(file).owes("label", "open", "b")
    assert not Ledger(file).owes("label", "open", "other")
    Ledger(file).done("label", "b")
    assert not Ledger(file).owes("label", "open", "b")
    Ledger(file).intend("open", "b")
    assert Ledger(file).owes("label", "open", "b")


def test_a_line_that_was_cut_off_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    Ledger(file).intend("open", "b")
    file.write_text(file.read_text() + '{"done": "la')
    after = Ledger(file)
    after.intend("push", "c")
    assert after.owes("label", "open", "b") and Ledger(file).owes("label", "push", "c")


def test_a_dry_run_leaves_no_line(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", keep=False)
    ledger.intend("open", "b")
    assert ledger.owes("label", "open", "b")
    assert not (tmp_path / "ledger.jsonl").exists()
