"""What a run is asked to do: flags > environment > [tool.perfagent] of the target > defaults, one model."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perfagent.tools.errors import UsageError
from perfagent.tools.measure import PUBLISHED_PAIRS

#: Environment variables that name a model's key; the gateway decides which one a provider needs.
ENVIRONMENT_PREFIX = "PERFAGENT_"

#: Fresh starts of one idea after its repairs are used up: a new conversation from the original code that is told one
#: line of each failure restores what repairing lost ("Debugging Decay Index", 2025); a second mostly repeats the first.
FRESH_STARTS = 1

#: Pull requests of ours that a repository bears at once: what one maintainer reviews in a sitting.
MOST_OPEN_PULLS = 3
#: What they are found by in a list.
PULL_LABELS = ("performance", "perfagent")

#: Versions of Python that may be asked for.
PYTHON_VERSION = r"^3\.\d{1,2}(\.\d+)?$"

#: What [tool.perfagent.environment] may hold; [tool.perfagent] takes them too.
ENVIRONMENT_SETTINGS = ("python", "image", "setup", "build", "packages", "extras")
#: What a repository must not decide in its own [tool.perfagent], as it may be anybody's: how it is contained; who is
#: sent its code, with which key and at whose expense (limits it may set, as they can only spare); and what answers in a
#: model's place. Each with what the user gives instead.
USER_ONLY = {
    "sandbox": "--sandbox",
    "model": "--model",
    "planner_model": "--planner-model",
    "critic_model": "--critic-model",
    "fallback_model": "--fallback-model",
    "api_base": "--api-base",
    "reasoning_effort": "--reasoning-effort",
    "prompt_cache": "PERFAGENT_PROMPT_CACHE",
    "model_timeout": "--model-timeout",
    "attempt_timeout": "PERFAGENT_ATTEMPT_TIMEOUT",
    "allow_unknown_cost": "PERFAGENT_ALLOW_UNKNOWN_COST",
    "replay": "--replay",
    "published_pairs": "PERFAGENT_PUBLISHED_PAIRS",
    "memory_limit": "PERFAGENT_MEMORY_LIMIT",
    "disk_limit": "PERFAGENT_DISK_LIMIT",
    "process_limit": "PERFAGENT_PROCESS_LIMIT",
    "memory": "--memory",
    "core": "PERFAGENT_CORE",
}


class Settings(BaseModel):
    """Everything that steers a run; units in the names or the field's text.

    Attributes:
        workload: workloads such as `script:bench.py`; discovered when empty.
        test: command that runs the unit tests; pytest when None.
        setup: command that installs the target's dependencies; detected when None.
        build: command that builds native code in a tree, run for each side; none when None.
        python: version for the environment, such as `3.11`; from a program also the path of an interpreter, in the
            image where one is given.
        image: Docker image to start from, a Dockerfile's path in the repository, or `devcontainer`.
        packages: requirements to add to the environment.
        extras: the target's extras to install; those that look like tests' when None.
        model: the model of every role, by its litellm name, or `name@URL` at an OpenAI-compatible endpoint; None for
            the catalogue alone.
        planner_model, critic_model: models for these roles instead.
        fallback_model: models asked in this order when one fails for good.
        api_base: address of an OpenAI-compatible endpoint, for names without one and without a provider.
        model_timeout: seconds without a byte of an answer after which an attempt is given up.
        attempt_timeout: seconds after which it is given up even if bytes still come.
        reasoning_effort: for models that take one.
        prompt_cache: whether to mark what a provider shall cache; auto for the models that need marks.
        replay: a run, or a folder with transcripts, whose recorded answers stand in for the models.
        no_model: use the catalogue alone whatever the environment says.
        sandbox: auto, docker, bubblewrap or local.
        paths: globs of the files that may be edited; all sources when empty.
        min_speedup: smallest speedup worth a patch (baseline time / candidate time).
        metric: what is to shrink: time chooses the clock by the baseline's probe.
        max_cost: USD for the models; no limit when None, nor where a price is unknown.
        max_tokens: input and output tokens of the models.
        max_calls: requests to the models, failed attempts included.
        allow_unknown_cost: ask models of unknown price although max_cost is set.
        max_time: minutes for the search, between preparing and the last confirmation; no limit when None.
        max_candidates: candidates to verify at most.
        strategy: how to search with a model: see search.py.
        parallel: conversations with the model at once.
        focus: functions that are to become faster, as `path:name`; a model is told, and looks there first.
        profile_facts: whether a model is told what the profile says; off for ablations alone.
        fresh_starts: times that an idea is begun again from the original code when its repairs are used up.
        review: pause before an accepted patch lands, for a person to decide.
        published_pairs: fresh pairs behind the figures of an accepted patch; they decide nothing but a guard's alarm.
        no_instructions: count no instructions where the clock leaves a question.
        seed: of everything drawn by chance.
        memory: whose accepted edits may be shown to the model as examples: those of earlier runs on the same
            repository, of all, of all but related ones, or none; `off` keeps none either.
        memory_limit, disk_limit: MiB that what runs in a sandbox may use, and may write beside /tmp and home.
        process_limit: processes and threads at once.
        time_limit: seconds one execution of a workload may take.
        pull_labels: put on pull requests that are opened.
        pull_max_open: pull requests of ours that may be open at once.
        pull_ready: open them for review instead of as drafts.
        core: number of the core that measurements are pinned to; the last this process may use when None.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    workload: tuple[str, ...] = ()
    test: str | None = None
    setup: str | None = None
    build: str | None = None
    python: str | None = Field(default=None, pattern=rf"{PYTHON_VERSION}|^/\S+$")
    image: str | None = None
    packages: tuple[str, ...] = ()
    extras: tuple[str, ...] | None = None
    model: str | None = None
    planner_model: str | None = None
    critic_model: str | None = None
    fallback_model: tuple[str, ...] = ()
    api_base: str | None = None
    model_timeout: float = Field(default=180.0, gt=0)
    attempt_timeout: float = Field(default=1200.0, gt=0)
    reasoning_effort: Literal["minimal", "low", "medium", "high"] | None = None
    prompt_cache: Literal["auto", "on", "off"] = "auto"
    replay: str | None = None
    no_model: bool = False
    sandbox: Literal["auto", "docker", "bubblewrap", "local"] = "auto"
    paths: tuple[str, ...] = ()
    min_speedup: float = Field(default=1.03, ge=1.01, le=10)
    metric: Literal["time", "cpu", "memory"] = "time"
    max_cost: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, ge=1)
    max_calls: int | None = Field(default=None, ge=1)
    max_time: float | None = Field(default=None, gt=0)
    max_candidates: int = Field(default=40, ge=1)
    allow_unknown_cost: bool = True
    strategy: Literal["shell", "refine", "best-of", "tree", "evolve"] = "refine"
    parallel: int = Field(default=2, ge=1, le=16)
    focus: tuple[str, ...] = ()
    profile_facts: bool = True
    fresh_starts: int = Field(default=FRESH_STARTS, ge=0)
    review: bool = False
    published_pairs: int = Field(default=PUBLISHED_PAIRS, ge=8, le=200)
    no_instructions: bool = False
    seed: int = 0
    memory: Literal["repository", "all", "others", "off"] = "repository"
    memory_limit: int = Field(default=4096, ge=64)
    disk_limit: int = Field(default=4096, ge=16)
    process_limit: int = Field(default=256, ge=16)
    time_limit: float = Field(default=600.0, gt=0)
    pull_labels: tuple[str, ...] = PULL_LABELS
    pull_max_open: int = Field(default=MOST_OPEN_PULLS, ge=1)
    pull_ready: bool = False
    core: int | None = Field(default=None, ge=0)

    @property
    def uses_model(self) -> bool:
        """Whether a model, or the recording of one, plans and edits."""
        return (self.model is not None or self.replay is not None) and not self.no_model


def load_settings(flags: Mapping[str, Any], environ: Mapping[str, str], tree: Path | None) -> Settings:
    """Merge the four sources.

    Args:
        flags: values given on the command line; None and empty ones count as not given.
        environ: the process environment; PERFAGENT_MODEL and the like are read.
        tree: the target's checkout, whose pyproject.toml may have [tool.perfagent].

    Raises:
        UsageError: an unknown name or a value out of range, with where it came from.
    """
    merged: dict[str, Any] = {}
    sources = (
        ("[tool.perfagent]", _from_pyproject(tree)),
        ("the environment", _from_environment(environ)),
        ("the command line", {k: v for k, v in flags.items() if v is not None and v is not False and v != ()}),
    )
    for origin, values in sources:
        for name, value in values.items():
            if name not in Settings.model_fields:
                known = ", ".join(sorted(Settings.model_fields))
                raise UsageError(
                    f"{origin} sets {name!r}, which is no setting", f"the settings are {known}", code="PA106"
                )
            if name == "python" and origin == "[tool.perfagent]" and str(value).startswith("/"):
                # The interpreter is started outside of any sandbox to learn its version.
                raise UsageError(f"{origin} sets python to {value!r}", _advice(name, ""), code="PA106")
            if name in USER_ONLY and origin == "[tool.perfagent]":
                raise UsageError(
                    f"{origin} sets {name}, which a repository may not decide", f"give {USER_ONLY[name]}", code="PA107"
                )
            merged[name] = value
        try:
            Settings(**merged)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            raise UsageError(
                f"{origin} sets {name} to {first['input']!r}", _advice(name, first["msg"]), code="PA106"
            ) from error
    return _whole(Settings(**merged))


def _whole(settings: Settings) -> Settings:
    """The settings, if those of models name one for every role.

    Raises:
        UsageError: they do not.
    """
    some = [n for n in ("planner_model", "critic_model", "fallback_model", "reasoning_effort") if getattr(settings, n)]
    if some and not settings.uses_model and not settings.no_model:
        raise UsageError(f"{some[0]} is set, but no model", "give --model too", code="PA103")
    return settings


def _advice(name: str, message: str) -> str:
    """What to do about a value that pydantic refuses."""
    if name == "python":
        return "give a version such as 3.11, in quotes"
    return "it" + message.removeprefix("Input").replace("tuple", "list").replace("'", "")


def _from_pyproject(tree: Path | None) -> dict[str, Any]:
    file = tree / "pyproject.toml" if tree else None
    if file is None or not file.is_file():
        return {}
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the target's pyproject.toml cannot be read ({error})", "mend it", code="PA106") from error
    tool = tables.get("tool", {})
    found = tool.get("perfagent", {}) if isinstance(tool, dict) else {}
    if not isinstance(found, dict):
        raise UsageError(
            f"the target's pyproject.toml sets tool.perfagent to {found!r}", "make it a table", code="PA106"
        )
    return _flat(found) | _flat(_environment_table(found))


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table's values by the settings' names."""
    return {name.replace("-", "_"): value for name, value in table.items() if name != "environment"}


def _environment_table(found: Mapping[str, Any]) -> dict[str, Any]:
    """[tool.perfagent.environment], whose names are those of the settings that make the environment.

    Raises:
        UsageError: it is no table, or holds another name.
    """
    table = found.get("environment", {})
    if not isinstance(table, dict):
        raise UsageError(f"[tool.perfagent] sets environment to {table!r}", "make it a table", code="PA106")
    for name in table:
        if name not in ENVIRONMENT_SETTINGS:
            known = ", ".join(ENVIRONMENT_SETTINGS)
            raise UsageError(
                f"[tool.perfagent.environment] sets {name!r}, which is no setting", f"they are {known}", code="PA106"
            )
    return table


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}": name for name in Settings.model_fields}
    found: dict[str, Any] = {known[k]: v for k, v in environ.items() if k in known and v}
    for name in ("workload", "paths", "focus", "packages", "extras", "fallback_model", "pull_labels"):
        if name in found:
            # Lines, where CI gives several; a command may hold semicolons then.
            parts = found[name].splitlines() if "\n" in found[name] else found[name].split(";")
            found[name] = tuple(part.strip() for part in parts if part.strip())
    return found
