"""Put in front of GSO's tests: what `requests` and `httpx` GET is kept on disk, so that a slow server is asked once.

Runs inside, on the instance's Python, with the standard library alone; where neither package is installed it does
nothing. Answers that are read as a stream are not kept.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("GSO_HTTP_CACHE") or "/tmp/gso_http_cache")


def _keep(
    owner: Any,
    url_of: Callable[[Any], str],
    wanted: Callable[[Any], bool],
    pack: Callable[[Any], Any],
    unpack: Callable[[Any, Any], Any],
) -> None:
    """Wrap `owner.send(self, request, ...)`: a wanted request that was answered before is answered from disk."""
    send = owner.send

    def cached(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "GET" or not wanted(kwargs):
            return send(self, request, *args, **kwargs)
        name = hashlib.sha256(url_of(request).encode()).hexdigest()
        path = FOLDER / (owner.__module__.split(".")[0] + "-" + name)
        if path.exists():
            return unpack(request, pickle.loads(path.read_bytes()))
        answer = send(self, request, *args, **kwargs)
        if answer.status_code == 200:
            FOLDER.mkdir(exist_ok=True)
            path.write_bytes(pickle.dumps(pack(answer)))
        return answer

    owner.send = cached


def _install() -> None:
    if importlib.util.find_spec("requests"):
        adapters = importlib.import_module("requests.adapters")
        _keep(
            adapters.HTTPAdapter,
            lambda request: request.url,
            lambda kwargs: not kwargs.get("stream"),
            lambda answer: answer,
            lambda _, answer: answer,
        )
    if importlib.util.find_spec("httpx"):
        httpx = importlib.import_module("httpx")
        _keep(
            httpx.Client,
            lambda request: str(request.url),
            lambda kwargs: not kwargs.get("stream"),
            lambda answer: (
                answer.status_code,
                [(k, v) for k, v in answer.headers.items() if k != "content-encoding"],
                answer.content,
            ),
            lambda request, kept: httpx.Response(kept[0], headers=kept[1], content=kept[2], request=request),
        )


_install()
