"""What a tool answers: a few lines to read, and the whole document beside them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from perfagent.tools.profile import Hotspot
from perfagent.tools.report import Result, headline, interval_text, speedup_text


class Hotspots(BaseModel):
    """Where the workloads' time goes."""

    model_config = ConfigDict(frozen=True)

    hotspots: tuple[Hotspot, ...] = Field(description="functions of the repository, most time first")


class RunEntry(BaseModel):
    """One run kept on this machine."""

    model_config = ConfigDict(frozen=True)

    id: str
    command: str = Field(description="run, verify or compare")
    status: str = Field(description="completed, or unfinished: `resume` goes on with it")
    verdict: str = Field(description="empty while unfinished")
    repository: str


class Runs(BaseModel):
    """The runs on repositories that are open to the assistant."""

    model_config = ConfigDict(frozen=True)

    runs: tuple[RunEntry, ...] = Field(description="newest first")


def told(result: Result) -> str:
    """A result in a few lines."""
    lines = [f"{headline(result)} [{result.verdict}]"]
    lines += [f"{'ok' if check.ok else 'FAILED'}  {check.name}: {check.detail}" for check in result.checks]
    lines += [
        f"{figure.id}: {speedup_text(figure.speedup)} (95 % CI {interval_text(figure.interval)}), {figure.verdict}"
        for figure in result.benchmarks
    ]
    lines += [
        f"patch {number}: {patch.idea} {speedup_text(patch.speedup)} (95 % CI {interval_text(patch.interval)})"
        for number, patch in enumerate(result.patches, 1)
    ]
    if result.branch:
        lines.append(
            f"The patches are in the run's own branch. The user takes it with: perfagent apply {result.run_id}"
        )
    return "\n".join([*lines, f"run {result.run_id}: {result.run_dir}"])


def hotspots_told(found: Hotspots) -> str:
    """The functions, one a line."""
    rows = [
        f"{spot.charged_share:.1%} charged, {spot.self_share:.1%} self, {spot.cumulative_share:.1%} cumulative  "
        f"{spot.path}:{spot.start} {spot.qualname}"
        for spot in found.hotspots
    ]
    return "\n".join(rows) or "The profile names no function of the repository."
