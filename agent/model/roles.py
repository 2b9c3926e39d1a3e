"""Which model answers for which part of the work: a strong one may edit while a cheap one criticises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from perfagent.agent.model.protocol import Model
from perfagent.agent.model.replay import Recording
from perfagent.tools.errors import ModelError

Role = Literal["planner", "critic", "editor"]

#: Every role; the critic judges ideas before any code is written, so a cheap model will do.
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Models:
    """A run's models.

    Attributes:
        by_role: the model of each role; roles may share one.
        recording: what answers in their place when a run is replayed.
    """

    by_role: Mapping[Role, Model] = field(default_factory=dict)
    recording: Recording | None = None

    @classmethod
    def all_roles(cls, model: Model) -> Models:
        """One model for everything."""
        return cls(dict.fromkeys(ROLES, model))

    def of(self, role: Role) -> Model:
        """The model that answers for a role; safe under threads.

        Raises:
            ModelError: a run is replayed, in which each conversation has an answerer of its own.
        """
        if role not in self.by_role:
            raise ModelError(f"there is no model for the {role}", code="PA701")
        return self.by_role[role]
