"""Advice on a result: a LangGraph of two steps, or the same rules without a graph."""
import logging
from typing import Any, Callable, Dict

log = logging.getLogger(__name__)

State = Dict[str, Any]


def assess(state: State) -> State:
    """How far the bad end lies below what was paid in."""
    result = state["result"]
    return {**state, "risk": "high" if result["p10"] < result["paid_in"] else "low"}


def advise(state: State) -> State:
    """A sentence for that risk."""
    advice = {
        "high": "One in ten ends below what you paid in: save longer, or with less risk.",
        "low": "Nine in ten end above what you paid in.",
    }
    return {**state, "advice": advice[state["risk"]]}


class RuleAdvisor:
    backend = "rules"

    def ping(self) -> None:
        """Rules are always there."""

    def __call__(self, result: State) -> str:
        return str(advise(assess({"result": result}))["advice"])


class GraphAdvisor:
    backend = "langgraph"

    def __init__(self, state_graph: Callable[..., Any], end: Any) -> None:
        graph = state_graph(dict)
        graph.add_node("assess", assess)
        graph.add_node("advise", advise)
        graph.set_entry_point("assess")
        graph.add_edge("assess", "advise")
        graph.add_edge("advise", end)
        self._graph = graph.compile()

    def ping(self) -> None:
        self({"paid_in": 1.0, "p10": 1.0})

    def __call__(self, result: State) -> str:
        return str(self._graph.invoke({"result": result})["advice"])


def open_advisor() -> Any:
    """The graph, or the rules where LangGraph is not installed."""
    try:
        from langgraph.graph import END, StateGraph
    except ImportError:
        log.warning("langgraph is not installed: advice comes from rules")
        return RuleAdvisor()
    return GraphAdvisor(StateGraph, END)
