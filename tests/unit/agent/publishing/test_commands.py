"""What lets a reader repeat a verdict."""

from perfagent.agent.publishing.commands import repeating
from perfagent.tools.report import Result

BASE, COMMIT = "a" * 40, "b" * 40


def result() -> Result:
    return Result(command="verify", run_id="r", run_dir="/r", repository=".", status="completed", verdict="faster")


def test_a_branch_is_fetched_and_compared() -> None:
    assert repeating(result(), "perfagent/a-1", BASE, COMMIT) == (
        "git fetch origin perfagent/a-1",
        f"perfagent compare . {BASE[:12]} {COMMIT[:12]}",
    )


def test_a_mail_is_applied_where_it_was_proved_and_becomes_a_commit_of_the_readers_own() -> None:
    assert repeating(result(), "perfagent/a-1", BASE, COMMIT, mailed=True) == (
        f"git checkout {BASE[:12]}",
        "git am 0001-*.patch",
        f"perfagent compare . {BASE[:12]} HEAD",
    )
