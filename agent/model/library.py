"""LiteLLM, loaded quietly, and the request in its words."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Sequence
from typing import Any

from perfagent.agent.model.endpoints import own_key, require_key, routed
from perfagent.agent.model.gateway_settings import GatewaySettings
from perfagent.agent.model.protocol import Message, Request
from perfagent.agent.model.wire import as_openai

#: They write whole requests, keys included, where the user's environment asks for it, and tracebacks where not.
_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")


def load_litellm() -> Any:
    """LiteLLM, imported so that it fetches nothing, reads no `.env`, prints nothing and logs nothing."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    os.environ.pop("LITELLM_LOG", None)
    import litellm

    for name in _LOGGERS:
        logging.getLogger(name).disabled = True
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


def arguments_of(litellm: Any, settings: GatewaySettings, request: Request, without: Collection[str]) -> dict[str, Any]:
    """What `litellm.completion` is called with.

    Args:
        litellm: the module.
        settings: the model.
        request: the question.
        without: features to leave out, of `tools` and `effort`.

    Raises:
        ModelError: the provider's key is missing.
    """
    long = routed(litellm, settings.model, settings.api_base)
    arguments: dict[str, Any] = {
        "model": long,
        "messages": [as_openai(message) for message in request.messages],
        "max_tokens": min(request.max_tokens, _most_tokens(litellm, long)),
        "temperature": request.temperature,
        "seed": request.seed,
        "timeout": settings.timeout_s,
        "api_base": settings.api_base,
        "api_key": key_for(litellm, settings, long),
    }
    if request.tools and "tools" not in without:
        arguments["tools"] = [{"type": "function", "function": tool.model_dump()} for tool in request.tools]
    if "effort" not in without:
        arguments["reasoning_effort"] = settings.reasoning_effort
    if settings.prompt_cache == "on" or (settings.prompt_cache == "auto" and "claude" in long):
        arguments["cache_control_injection_points"] = _cache_points(request.messages)
    return {name: value for name, value in arguments.items() if value is not None}


def _most_tokens(litellm: Any, long: str) -> float:
    """Output tokens that the model can give at once; infinity where LiteLLM's table does not tell."""
    names = (long, long.partition("/")[2])
    known: dict[str, Any] = next((litellm.model_cost[name] for name in names if name in litellm.model_cost), {})
    most = known.get("max_output_tokens")
    return float("inf") if not isinstance(most, int) or most < 1 else most


def takes_effort(litellm: Any, settings: GatewaySettings) -> bool:
    """Whether a model may take a reasoning effort: at an endpoint of the user's it is tried, else LiteLLM knows."""
    if settings.api_base is not None:
        return True
    bare, provider, *_ = litellm.get_llm_provider(settings.model)
    return "reasoning_effort" in (litellm.get_supported_openai_params(bare, provider) or ())


def key_for(litellm: Any, settings: GatewaySettings, long: str) -> str | None:
    """The key to send; None when LiteLLM takes the provider's own variable.

    Raises:
        ModelError: that one is not set.
    """
    key = settings.api_key or own_key(settings.api_base, main=settings.main)
    if key is None:
        require_key(litellm, long, settings.model)
    return key


def _cache_points(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Where the provider shall end a cached prefix: after the fixed part, and at the end."""
    fixed = [{"location": "message", "role": "system"}] if any(m.role == "system" for m in messages) else []
    return [*fixed, {"location": "message", "index": -1}]
