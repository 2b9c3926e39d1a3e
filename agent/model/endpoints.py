"""From what a user calls a model to where it is asked and with which key.

A name is LiteLLM's (`anthropic/...`), or one that an OpenAI-compatible endpoint knows, which is given with
`--api-base` or behind the name itself: `qwen3@http://127.0.0.1:8000/v1`.
"""

from __future__ import annotations

import os
import re
import socket
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from perfagent.agent.model.failures import Failure

_OWN = re.compile(r"^(?P<model>.+)@(?P<base>https?://.+)$")
_CONNECT_S = 5.0  # for the connection that a check tries


def split_name(name: str) -> tuple[str, str | None]:
    """A model's name and the endpoint given with it, if any: `m@https://host/v1` -> (`m`, `https://host/v1`)."""
    found = _OWN.match(name)
    return (found["model"], found["base"]) if found else (name, None)


def placed(name: str, main: str, api_base: str | None) -> tuple[str, str | None, bool]:
    """Where a model is asked: its name there, the endpoint (None for a provider), and whether main's key is its own.

    `api_base` is for the model `main` whatever its name, and for others that name neither an endpoint nor a provider:
    with `--api-base` a fallback such as `anthropic/...` is asked at that provider.
    """
    model, own = split_name(name)
    main_model, main_own = split_name(main)
    if own is not None or name == main:
        base = own or api_base
    else:
        known = "/" in model and api_base is not None and provider_of(_litellm(), model)
        base = None if known else api_base
    main_base = main_own or api_base
    if base is not None or main_base is not None:
        return model, base, base == main_base
    return model, base, name == main or "PERFAGENT_API_KEY" not in os.environ or _same_provider(model, main_model)


def _same_provider(one: str, other: str) -> bool:
    litellm = _litellm()
    try:
        return bool(litellm.get_llm_provider(one)[1] == litellm.get_llm_provider(other)[1])
    except litellm.exceptions.BadRequestError:
        return False  # the check of the models tells it


def _litellm() -> Any:
    from perfagent.agent.model.library import load_litellm

    return load_litellm()


def key_variable(api_base: str) -> str:
    """The environment variable for the key of one endpoint: `PERFAGENT_API_KEY_` and its host, `_` for `.` and `-`."""
    host = urllib.parse.urlsplit(api_base).hostname or ""
    return "PERFAGENT_API_KEY_" + re.sub(r"[^A-Z0-9]", "_", host.upper())


def own_key(api_base: str | None, *, main: bool, environ: Mapping[str, str] = os.environ) -> str | None:
    """The key for a model, None when its provider's own variable decides.

    A key is sent only where it was meant for: PERFAGENT_API_KEY to the model of `--model`, the key of an endpoint to
    that endpoint. An endpoint that has none gets the word `none`, as local servers want no key and the client wants
    one.

    Args:
        api_base: the endpoint; None for a provider's.
        main: whether it is the model of `--model`, or another one at the same endpoint.
        environ: where keys are looked up.
    """
    keys = [environ.get(key_variable(api_base))] if api_base else []
    if main:
        keys.append(environ.get("PERFAGENT_API_KEY"))
    if main and api_base:
        keys.append(environ.get("OPENAI_API_KEY"))
    return next((key for key in keys if key), "none" if api_base else None)


def provider_of(litellm: Any, name: str) -> str:
    """The provider that a name begins with; empty when it begins with none that LiteLLM knows."""
    provider = name.partition("/")[0] if "/" in name else ""
    return provider if provider in {str(getattr(known, "value", known)) for known in litellm.provider_list} else ""


def routed(litellm: Any, name: str, api_base: str | None) -> str:
    """LiteLLM's name for a model: a bare name at an endpoint of the user's is an OpenAI-compatible one."""
    return f"openai/{name}" if api_base and not provider_of(litellm, name) else name


def require_key(litellm: Any, routed_name: str, name: str) -> None:
    """Notice that a provider's key is missing.

    Raises:
        ModelError: it is, by the names of the variables it may have.
    """
    missing = litellm.validate_environment(routed_name)["missing_keys"]
    if missing:
        raise Failure("no_key", " or ".join(missing)).as_error(name)


def refusal(api_base: str) -> str:
    """Why no connection to an address can be opened at all; empty when one can, or a proxy stands between."""
    address = urllib.parse.urlsplit(api_base)
    host = address.hostname
    if not host or (address.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host)):
        return ""
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except TimeoutError:
        return ""  # slow is not away: the attempts have a patience of their own
    except (OSError, ValueError) as error:
        return f"{api_base}: {getattr(error, 'strerror', None) or error}"
    return ""
