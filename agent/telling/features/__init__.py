"""What a function's source does inside loops: the grounds on which patterns are chosen."""

from perfagent.agent.telling.features.syntax import Finding
from perfagent.agent.telling.features.walk import OFTEN, findings_in

__all__ = ["OFTEN", "Finding", "findings_in"]
