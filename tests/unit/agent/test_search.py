"""What each strategy tries next, as a function of what is planned and what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from perfagent.agent.search import GENERATIONS, REPAIRS, STRATEGIES, View, after_hint, strategy_of
from perfagent.agent.settings import FRESH_STARTS
from perfagent.agent.state import Idea, Task, Tried

HEAD = "a" * 40


def idea(name: str, origin: Any = "model") -> Idea:
    return Idea(id=name, title=f"Do {name}", path="pkg/a.py", qualname=name, origin=origin)


def outcome(task: Task, verdict: str = "not_faster", **more: Any) -> Tried:
    feedback = "f" if verdict != "no_edit" else ""
    told = {"start": task.start, "attempt": task.attempt, "again": True, "feedback": feedback, "diff": "d"}
    return Tried.of(task.idea, HEAD, verdict, **{**told, **more})


def after(view: View, *entries: Tried, tasks: tuple[Task, ...] = ()) -> View:
    """The view once tasks were begun and judged."""
    begun = {each.id: each for each in (*view.begun, *(task.idea for task in tasks))}
    left = tuple(each for each in view.ideas if each.id not in begun)
    return View(HEAD, left, tuple(begun.values()), (*view.tried, *entries), view.width)


def played(name: str, view: View, verdict: str = "not_faster", most: int = 60, **more: Any) -> list[list[str]]:
    """The steps of a search in which everything ends in one verdict, each task as `idea-start-attempt`."""
    steps: list[list[str]] = []
    for _ in range(most):
        tasks = strategy_of(name).next(view)
        if not tasks:
            return steps
        steps.append([task.name for task in tasks])
        view = after(view, *(outcome(task, verdict, **more) for task in tasks), tasks=tasks)
    raise AssertionError(f"{name} does not end")


def test_refine_repairs_each_idea_and_starts_it_afresh_before_the_next() -> None:
    steps = played("refine", View(HEAD, (idea("x"), idea("y"))))
    one = [[f"x-{start}-{attempt}"] for start in range(FRESH_STARTS + 1) for attempt in range(REPAIRS + 1)]
    assert steps[: len(one)] == one
    assert steps[len(one)] == ["y-0-0"]
    assert len(steps) == 2 * len(one)


def test_an_idea_the_model_gave_up_is_dropped() -> None:
    steps = played("refine", View(HEAD, (idea("x"), idea("y"))), "no_edit", again=False)
    assert steps == [["x-0-0"], ["y-0-0"]]


def test_an_attempt_without_an_edit_is_started_afresh_and_not_repaired() -> None:
    assert played("refine", View(HEAD, (idea("x"),)), "no_edit") == [["x-0-0"], ["x-1-0"]]


def test_an_idea_of_the_catalogue_is_tried_once_and_alone() -> None:
    ideas = (idea("x", "catalogue"), idea("y", "catalogue"))
    for name in ("refine", "best-of", "tree", "evolve"):
        assert played(name, View(HEAD, ideas, width=3), again=False) == [["x-0-0"], ["y-0-0"]], name


def test_best_of_tries_different_ideas_side_by_side_once_each() -> None:
    ideas = (idea("x"), idea("y"), idea("z"))
    assert played("best-of", View(HEAD, ideas, width=2)) == [["x-0-0", "y-0-0"], ["z-0-0"]]


def test_the_catalogue_follows_when_the_models_ideas_are_used_up() -> None:
    ideas = (idea("x"), idea("rule", "catalogue"), idea("y"))
    for name in ("best-of", "tree", "evolve"):
        steps = played(name, View(HEAD, ideas, width=2))
        assert steps[0] == ["x-0-0", "y-0-0"]
        assert steps[-1] == ["rule-0-0"], name


def test_tree_goes_on_where_measuring_promises_most() -> None:
    first = tuple(Task(idea=idea(name)) for name in "xyz")
    view = View(HEAD, tuple(task.idea for task in first), width=3)
    speedups = {"x": 1.0, "y": 1.4, "z": 1.01}
    view = after(view, *(outcome(task, speedup=speedups[task.idea.id]) for task in first), tasks=first)
    chosen = strategy_of("tree").next(View(HEAD, (), view.begun, view.tried, 1))
    assert [task.name for task in chosen] == ["y-0-1"]


def test_tree_leaves_an_idea_that_two_whole_attempts_measured_alike() -> None:
    steps = played("tree", View(HEAD, (idea("x"),), width=1))
    assert steps == [["x-0-0"], ["x-0-1"], ["x-0-2"], ["x-1-0"]]


def test_evolve_joins_the_best_of_what_was_measured() -> None:
    tasks = tuple(Task(idea=idea(name)) for name in "xyz")
    speedups = {"x": 1.01, "y": 1.02, "z": 1.0}
    view = after(View(HEAD, width=3), *(outcome(t, speedup=speedups[t.idea.id]) for t in tasks), tasks=tasks)
    offspring = strategy_of("evolve").next(view)
    assert [[parent.idea for parent in task.parents] for task in offspring] == [["y", "x"], ["y"], ["x"]]
    assert offspring[0].idea.title == "Join Do y and Do x"


def test_evolve_ends_after_its_generations_and_without_parents() -> None:
    steps = played("evolve", View(HEAD, (idea("x"),), width=1), speedup=1.01)
    assert len(steps) == 1 + GENERATIONS
    assert played("evolve", View(HEAD, (idea("x"),), width=1), "tests_failed") == [["x-0-0"]]


def test_shell_needs_no_ideas_and_ends_when_its_conversation_gives_up() -> None:
    assert not strategy_of("shell").plans
    (step, *more) = played("shell", View(HEAD), "no_edit", again=False)
    assert step == [f"free-{HEAD[:12]}-0-0"]
    assert not more


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_follows_a_hint_first(name: str) -> None:
    tasks = tuple(Task(idea=idea(each)) for each in "xy")
    sent_back = outcome(tasks[0], "sent_back", speedup=1.5, feedback="hint")
    view = after(View(HEAD, (idea("z"),), width=2), outcome(tasks[1]), sent_back, tasks=tasks)
    assert [(task.name, task.feedback) for task in after_hint(view)] == [("x-0-1", "hint")]
    assert strategy_of(name).next(view), "and it goes on without one"


def test_a_repair_goes_on_with_its_conversation_and_a_fresh_start_does_not() -> None:
    task = Task(idea=idea("x"))
    view = after(View(HEAD), outcome(task, history="h"), tasks=(task,))
    (repair,) = strategy_of("refine").next(view)
    assert (repair.feedback, repair.history) == ("f", "h")
    view = after(view, outcome(repair.model_copy(update={"attempt": REPAIRS}), history="h"), tasks=(repair,))
    (fresh,) = strategy_of("refine").next(view)
    assert (fresh.name, fresh.feedback, fresh.history) == ("x-1-0", "", "")
