"""The models of a run: opened behind one ledger, each piece of work with a transcript of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.agent.accounting import TimedModel
from perfagent.agent.model import (
    ROLES,
    CostLedger,
    FallbackModel,
    GatewaySettings,
    Limits,
    LiteLLMModel,
    Metered,
    Model,
    Models,
    RecordedModel,
    Recording,
    Role,
    Standing,
    Totals,
    Transcript,
    Waiting,
    placed,
    read_transcript,
    secrets_in,
    spent,
)
from perfagent.agent.settings import Settings
from perfagent.tools.errors import ModelError

if TYPE_CHECKING:
    from perfagent.agent.services import Services


def open_models(services: Services) -> tuple[Models, CostLedger]:
    """The run's models behind its ledger; what earlier sessions of the run spent is counted.

    Raises:
        ModelError: a recording is to be replayed that is none.
    """
    settings, folder = services.settings, services.folder
    files = sorted((folder.path / "transcripts").glob("*.jsonl"))
    before = spent([exchange for file in files for exchange in read_transcript(file)]) if files else Totals()
    if settings.replay is not None:
        # A recording costs nothing, and the limits that bound the recorded run bound this one by what it lacks.
        recording = Recording(Path(settings.replay), folder.path / "replay.jsonl", services.progress.note)
        return Models(recording=recording), CostLedger(totals=before)
    limits = Limits(max_usd=settings.max_cost, max_tokens=settings.max_tokens, max_calls=settings.max_calls)
    ledger = CostLedger(limits, before, time_left=services.time_left, interrupted=services.interrupted)
    by_name = {name: _reached(services, ledger, name) for name in names(settings)}
    _mind_prices(services, list(by_name.values()))
    chains = _Chains(services, ledger, by_name)
    return Models({role: chains.of(role) for role in ROLES}), ledger


def recorded(services: Services, role: Role, name: str) -> Model:
    """The role's model with a transcript of its own for one piece of work; a resumed run reads it first.

    Args:
        role: whose model answers.
        name: of the piece of work; its transcript is `transcripts/<name>.jsonl` in the run folder.

    Raises:
        ModelError: the run has no model.
    """
    models = services.models
    if models is None:
        raise ModelError("the run has no model", code="PA701")
    safe = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
    path = services.folder.path / "transcripts" / f"{safe}.jsonl"
    transcript = Transcript(path, secrets_in(os.environ))
    if models.recording is not None:
        conversation = models.recording.conversation(safe, answered=len(read_transcript(path)))
        assert services.ledger is not None
        return RecordedModel(Metered(conversation, services.ledger, lambda: None, role=role), transcript)
    return RecordedModel(TimedModel(models.of(role), services.accounting), transcript)


def tell_spent(services: Services) -> None:
    """Show the user what the models have cost until now."""
    if services.ledger is not None:
        totals = services.ledger.totals()
        services.progress.spent(totals.usd, totals.tokens)


def check_models(settings: Settings) -> None:
    """Notice without a request, and before anything is built, that a model cannot be used.

    Raises:
        ModelError: no key for its provider, no such provider, nobody at its endpoint, or no recording to replay.
    """
    if not settings.uses_model:
        return
    if settings.replay is not None:
        Recording(Path(settings.replay))
        return
    for name in names(settings):
        LiteLLMModel(gateway_settings(settings, name)).check()


def check_model(model: str, api_base: str | None) -> None:
    """Notice without a request that one model cannot be used.

    Raises:
        ModelError: no key for its provider, or no such provider.
    """
    check_models(Settings(model=model, api_base=api_base))


def names(settings: Settings) -> list[str]:
    """All models that may be asked, as the user named them, each once."""
    asked = [settings.model, settings.planner_model, settings.critic_model, *settings.fallback_model]
    return list(dict.fromkeys(name for name in asked if name))


def gateway_settings(settings: Settings, name: str) -> GatewaySettings:
    """How the model of that name is reached."""
    assert settings.model is not None
    model, api_base, main = placed(name, settings.model, settings.api_base)
    return GatewaySettings(
        model=model,
        api_base=api_base,
        timeout_s=settings.model_timeout,
        attempt_s=settings.attempt_timeout,
        main=main,
        reasoning_effort=settings.reasoning_effort,
        prompt_cache=settings.prompt_cache,
    )


def _reached(services: Services, ledger: CostLedger, name: str) -> LiteLLMModel:
    return LiteLLMModel(
        gateway_settings(services.settings, name),
        attempts=ledger,
        waiting=Waiting(interrupted=services.interrupted),
        say=services.progress.warn,
    )


class _Chains:
    """The models of each role, the one behind the other; what one role finds out about a model all know."""

    def __init__(self, services: Services, ledger: CostLedger, by_name: dict[str, LiteLLMModel]) -> None:
        self._services = services
        self._ledger = ledger
        self._by_name = by_name
        self._standing = Standing()

    def of(self, role: Role) -> Model:
        """The role's model, and behind it those that are asked when it fails for good."""
        settings = self._services.settings
        own = {"planner": settings.planner_model, "critic": settings.critic_model}.get(role) or settings.model
        assert own is not None
        metered = [self._metered(self._by_name[name], role) for name in dict.fromkeys([own, *settings.fallback_model])]
        return FallbackModel(metered, self._tell, self._standing) if len(metered) > 1 else metered[0]

    def _metered(self, model: LiteLLMModel, role: Role) -> Metered:
        allow = self._services.settings.allow_unknown_cost
        return Metered(model, self._ledger, model.price, role=role, allow_unknown_price=allow)

    def _tell(self, failed: str, following: str, why: str) -> None:
        self._services.folder.event("fallback", model=failed, instead=following, why=why)
        self._services.progress.warn(f"{why}: {following} is asked instead")


def _mind_prices(services: Services, models: list[LiteLLMModel]) -> None:
    """Say for which models a limit on money cannot hold."""
    if services.settings.max_cost is None or not services.settings.allow_unknown_cost:
        return
    unknown = [model.name for model in models if model.price() is None]
    if unknown:
        services.progress.warn(
            f"unknown price of {', '.join(unknown)}: --max-cost cannot hold there, --max-tokens and --max-calls can"
        )
