"""Where packages come from: the user's own settings for indexes and proxies, for builds that see none of their files.

pip reads them from variables and from its configuration files; a build gets all of them as variables. They may hold
passwords, so they go to build steps alone, and `scrubbed` takes them out of what is kept of a build's output.
"""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

INDEX_PREFIXES = ("PIP_", "UV_")
PASSED = frozenset(
    {
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
    }
)
# Paths on the host, settings of our own caches, or switches that would undo the virtual environment.
WITHHELD = frozenset(
    {
        "PIP_CERT",
        "PIP_CACHE_DIR",
        "PIP_NO_CACHE_DIR",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_CONFIG_FILE",
    }
    | {"UV_CACHE_DIR", "UV_NO_CACHE", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON", "UV_CONFIG_FILE", "UV_SYSTEM_PYTHON"}
)
# What of pip's configuration files says where packages come from and which kinds of them; the rest is one machine's.
CONFIGURED = frozenset(
    {
        "index-url",
        "extra-index-url",
        "find-links",
        "no-index",
        "trusted-host",
        "proxy",
        "timeout",
        "retries",
        "only-binary",
        "no-binary",
        "prefer-binary",
    }
)
# pip's word for a place -> uv's, where uv does the work.
UV_NAMES = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_TRUSTED_HOST": "UV_INSECURE_HOST",
}
CERTIFICATE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
CREDENTIALS = re.compile(r"(?<=://)[^\s/@'\"]+@")


def index_variables(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The host's settings for package indexes and proxies: variables, and pip's files where no variable speaks."""
    named = {
        name: value
        for name, value in environ.items()
        if (name.startswith(INDEX_PREFIXES) and name not in WITHHELD) or name in PASSED
    }
    found = {**configured(environ), **named}
    for ours, theirs in UV_NAMES.items():
        if ours in found and not {theirs, "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"} & set(named):
            found[theirs] = found[ours]
            # pip takes the best version of any index; uv by default only of the first that has the package.
            found.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return found


def configured(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of pip's configuration files, as the variables that say the same; the later file wins."""
    found: dict[str, str] = {}
    for path in configuration_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, configparser.Error):
            continue
        for section in ("global", "install"):
            for name, value in parser.items(section) if parser.has_section(section) else ():
                word = name.lower().replace("_", "-")
                if word in CONFIGURED and value.strip():
                    found[f"PIP_{word.upper().replace('-', '_')}"] = " ".join(value.split())
    return found


def configuration_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """pip's configuration files, the weakest first (pip's documentation, "Configuration")."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    folders = environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    yield from (Path(folder, "pip", "pip.conf") for folder in reversed(folders) if folder)
    yield Path("/etc/pip.conf")
    if home := environ.get("HOME"):
        yield Path(home, ".pip", "pip.conf")
        yield Path(environ.get("XDG_CONFIG_HOME") or Path(home, ".config"), "pip", "pip.conf")
    if named:
        yield Path(named)


def local_folders(variables: Mapping[str, str]) -> list[Path]:
    """Folders of this host that the settings name as places of packages."""
    names = ("PIP_FIND_LINKS", "UV_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX")
    words = " ".join(variables.get(name, "") for name in names).replace(",", " ").split()
    paths = [Path(word.removeprefix("file://").rstrip("/")) for word in words]
    # An index's pages lead out of its folder of that name, to the files beside it.
    whole = [path.parent if path.name == "simple" and path.parent.name else path for path in paths]
    return list(dict.fromkeys(path for path in whole if path.is_absolute() and path.is_dir()))


def scrubbed(text: str) -> str:
    """A text without the names and passwords in its addresses."""
    return CREDENTIALS.sub("***@", text)


def certificates() -> Path | None:
    """The host's bundle of certificate authorities, which may hold a company's own."""
    named = [os.environ.get(name, "") for name in CERTIFICATE_VARIABLES]
    return next((Path(path) for path in (*named, *CERTIFICATES) if path and Path(path).is_file()), None)


def certificate_variables(path: str) -> dict[str, str]:
    """The variables by which pip, uv, requests and curl find a bundle."""
    return dict.fromkeys(CERTIFICATE_VARIABLES, path)
