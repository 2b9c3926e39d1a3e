"""Which patches of a run become pull requests, and what becomes of those that are open."""

from perfagent.agent.publishing.asking import FORGES, Route, open_forge, wishes_for
from perfagent.agent.publishing.publish import publish
from perfagent.agent.publishing.records import Outcome, Published, Wishes

__all__ = ["FORGES", "Outcome", "Published", "Route", "Wishes", "open_forge", "publish", "wishes_for"]
