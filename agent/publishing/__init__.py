"""Which patches of a run become pull requests, and what becomes of those that are open."""

from perfagent.agent.publishing.publish import publish
from perfagent.agent.publishing.records import LABELS, MOST_OPEN, Outcome, Published, Wishes

__all__ = ["LABELS", "MOST_OPEN", "Outcome", "Published", "Wishes", "publish"]
