"""Accepted edits of earlier runs: kept on this machine, offered as examples where similar code is hot."""

from perfagent.agent.memory.lineage import Lineage, lineage_of
from perfagent.agent.memory.records import AcceptedEdit, Scope
from perfagent.agent.memory.runs import memory_path, recalled, remember
from perfagent.agent.memory.store import EditStore
from perfagent.agent.memory.tokens import similarities, tokens_of

__all__ = [
    "AcceptedEdit",
    "EditStore",
    "Lineage",
    "Scope",
    "lineage_of",
    "memory_path",
    "recalled",
    "remember",
    "similarities",
    "tokens_of",
]
