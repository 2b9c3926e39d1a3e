"""The state machine, whole: nodes and edges, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph.graph import END, START, StateGraph

from perfagent.agent.nodes import editor, finish, land, localizer, planner, prepare, review, verifier
from perfagent.agent.routes import after_planner, after_review, after_verifier, checked
from perfagent.agent.services import Services
from perfagent.agent.state import RunState

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph


def build_graph(
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[RunState, Services, RunState, RunState]:
    """The compiled machine: prepare, localizer, planner, editors, verifier, review, land, finish."""
    graph = StateGraph(RunState, context_schema=Services)

    graph.add_node("prepare", checked(prepare.prepare))
    graph.add_node("localizer", checked(localizer.localizer))
    graph.add_node("planner", checked(planner.planner))
    graph.add_node("editor", checked(editor.editor))
    graph.add_node("verifier", checked(verifier.verifier))
    graph.add_node("review", checked(review.review))
    graph.add_node("land", checked(land.land))
    graph.add_node("finish", checked(finish.finish))

    graph.add_edge(START, "prepare")
    graph.add_edge("prepare", "localizer")
    graph.add_edge("localizer", "planner")
    graph.add_conditional_edges("planner", after_planner, ["editor", "finish"])
    graph.add_edge("editor", "verifier")
    graph.add_conditional_edges("verifier", after_verifier, {"accepted": "review", "back": "planner"})
    graph.add_conditional_edges("review", after_review, {"landed": "land", "sent back": "planner"})
    graph.add_edge("land", "localizer")
    graph.add_edge("finish", END)

    return graph.compile(checkpointer=checkpointer)


def mermaid() -> str:
    """The machine's drawing, as it stands in the README."""
    return build_graph().get_graph().draw_mermaid(with_styles=False).strip()
