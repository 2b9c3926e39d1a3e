"""The models of a run: opened behind one ledger, each piece of work with a transcript of its own."""

from __future__ import annotations

import os

from perfagent.agent.model import (
    CostLedger,
    GatewaySettings,
    Limits,
    LiteLLMModel,
    Metered,
    Model,
    Models,
    RecordedModel,
    Role,
    Totals,
    Transcript,
    read_transcript,
    secrets_in,
    spent,
)
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.tools.errors import ModelError


def open_models(services: Services) -> tuple[Models, CostLedger]:
    """The run's models behind its ledger; what earlier sessions of the run spent is counted."""
    settings = services.settings
    assert settings.model is not None
    files = sorted((services.folder.path / "transcripts").glob("*.jsonl"))
    before = spent([exchange for file in files for exchange in read_transcript(file)]) if files else Totals()
    ledger = CostLedger(Limits(max_usd=settings.max_cost), before)
    inner = LiteLLMModel(
        GatewaySettings(model=settings.model, api_base=settings.api_base, timeout_s=settings.model_timeout),
        attempts=ledger,
    )
    metered = Metered(inner, ledger, inner.price, allow_unknown_price=settings.allow_unknown_cost)
    return Models.all_roles(metered), ledger


def recorded(services: Services, role: Role, name: str) -> Model:
    """The role's model with a transcript of its own for one piece of work; a resumed run reads it first.

    Args:
        role: whose model answers.
        name: of the piece of work; its transcript is `transcripts/<name>.jsonl` in the run folder.

    Raises:
        ModelError: the run has no model.
    """
    if services.models is None:
        raise ModelError("the run has no model")
    safe = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
    transcript = Transcript(services.folder.path / "transcripts" / f"{safe}.jsonl", secrets_in(os.environ))
    return RecordedModel(services.models.of(role), transcript)


def tell_spent(services: Services) -> None:
    """Show the user what the models have cost until now."""
    if services.ledger is not None:
        totals = services.ledger.totals()
        services.progress.spent(totals.usd, totals.tokens)


def check_models(settings: Settings) -> None:
    """Notice without a request, and before anything is built, that a model cannot be used.

    Raises:
        ModelError: no key for its provider, or no such provider.
    """
    if settings.uses_model:
        assert settings.model is not None
        check_model(settings.model, settings.api_base)


def check_model(model: str, api_base: str | None) -> None:
    """Notice without a request that one model cannot be used.

    Raises:
        ModelError: no key for its provider, or no such provider.
    """
    LiteLLMModel(GatewaySettings(model=model, api_base=api_base)).check()
