"""Keys and passwords of the environment, kept out of everything that is written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS)$|^PERFAGENT_API_KEY_")
_SECRET_MIN = 8  # shorter values would redact ordinary words


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """Values of variables whose names say that they are secret, longest first."""
    values = {value for name, value in environment.items() if _SECRET_NAME.search(name.upper())}
    return sorted((value for value in values if len(value) >= _SECRET_MIN), key=len, reverse=True)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
