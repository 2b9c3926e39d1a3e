"""Where the machine goes next, and the check that a node answers in the state's own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, Protocol

from langgraph.runtime import Runtime
from langgraph.types import Send

from perfagent.agent.services import Services
from perfagent.agent.state import RunState

Node = Callable[[RunState, Services], dict[str, Any]]


class GraphNode(Protocol):
    """What LangGraph calls; it passes `runtime` by name."""

    def __call__(self, state: RunState, *, runtime: Runtime[Services]) -> dict[str, Any]:
        """The state's changes."""
        ...


def checked(node: Node) -> GraphNode:
    """A graph node from a function of state and services.

    LangGraph drops unknown keys of a node's answer silently; here they are an error.
    """

    @wraps(node)
    def run(state: RunState, *, runtime: Runtime[Services]) -> dict[str, Any]:
        update = node(state, runtime.context)
        unknown = update.keys() - RunState.__annotations__.keys()
        if unknown:
            raise RuntimeError(f"the node {node.__name__} answers {sorted(unknown)}, which the state does not have")
        return update

    # LangGraph reads the annotations of what it is given, and wraps() hands on the inner function's.
    run.__annotations__ = {"state": RunState, "runtime": Runtime[Services], "return": dict[str, Any]}
    del run.__wrapped__
    return run


def after_planner(state: RunState) -> list[Send] | Literal["finish"]:
    """To one editor for each task, all side by side, or to the end."""
    if state.get("stop") or not state["tasks"]:
        return "finish"
    shared = {name: state[name] for name in ("head", "hotspots", "tried")}
    return [Send("editor", {**shared, "task": task}) for task in state["tasks"]]


def after_verifier(state: RunState) -> Literal["accepted", "back"]:
    """A review of what was accepted, or back with the verdicts: a repair, a fresh start, another idea."""
    return "accepted" if state.get("accepted") else "back"


def after_review(state: RunState) -> Literal["landed", "sent back"]:
    """Landing, unless the user rejected the patch or gave a hint."""
    return "landed" if state.get("accepted") else "sent back"
