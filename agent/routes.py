"""Where the machine goes next, and the check that a node answers in the state's own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, Protocol

from langgraph.runtime import Runtime

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


def after_planner(state: RunState) -> Literal["next idea", "nothing left"]:
    """To the editor with the idea that was chosen, or to the end."""
    return "next idea" if state.get("idea") and not state.get("stop") else "nothing left"


def after_editor(state: RunState) -> Literal["candidates", "no edit"]:
    """To the verifier with what was edited, or back for another idea."""
    return "candidates" if state.get("candidates") else "no edit"


def after_verifier(state: RunState) -> Literal["accepted", "back", "dropped"]:
    """Landing, a repair with the verdict's evidence, or another idea."""
    if state.get("accepted"):
        return "accepted"
    return "back" if state.get("feedback") else "dropped"
