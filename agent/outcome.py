"""From a run's records to its output: result.json, report.md, patch files and the branch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from perfagent import __version__
from perfagent.agent.lab.prepared import Prepared
from perfagent.agent.reporting import material_of
from perfagent.agent.services import Services
from perfagent.agent.state import Candidate, Patch, RunState, Verdict
from perfagent.prompts import versions
from perfagent.tools.measure import Calibration
from perfagent.tools.report import (
    CalibrationReport,
    Cost,
    ModelCost,
    PatchReport,
    Result,
    TestCounts,
    TriedReport,
    calibration_chart,
    calibration_markdown,
    charts_available,
    result_markdown,
    write_chart,
)


def branch_name(run_id: str) -> str:
    """The branch that carries a run's commits."""
    return f"perfagent/{run_id}"


def run_result(
    state: RunState, services: Services, patches: Sequence[Patch], verdicts: Sequence[Verdict], whole: Verdict | None
) -> Result:
    """The result of a run: the branch's figures and every patch's."""
    reports = tuple(_patch_report(patch, verdict, services) for patch, verdict in zip(patches, verdicts, strict=True))
    common = _common(services)
    nothing = "nothing that was tried was proved faster"
    return Result(
        **common,
        command="run",
        status="completed",
        stop=state.get("stop", ""),
        verdict=whole.verdict if whole else "not_faster",
        detail=whole.detail if whole else nothing,
        speedup=whole.speedup if whole else None,
        interval=whole.interval if whole else None,
        metric=whole.metric if whole else "",
        pairs=whole.pairs if whole else 0,
        benchmarks=whole.benchmarks if whole else (),
        overall=whole.overall if whole else None,
        growth=whole.growth if whole else (),
        tests=verdicts[-1].tests if verdicts else TestCounts(passed=len(services.lab.prepared.stable)),
        checks=verdicts[-1].checks if verdicts else (),
        baseline=state["base"],
        head=state["head"],
        patches=reports,
        branch=branch_name(services.folder.id) if patches else None,
        candidates=dict(state.get("counts", {})),
        tried=tuple(
            TriedReport(title=t["title"], verdict=t["verdict"], speedup=t["speedup"], reason=t["reason"])
            for t in state.get("tried", [])
        ),
    )


def verdict_result(command: str, services: Services, candidate: Candidate, verdict: Verdict, head: str = "") -> Result:
    """The result of verify or compare: one candidate's verdict."""
    return Result(
        **_common(services),
        command="verify" if command == "verify" else "compare",
        status="completed",
        verdict=verdict.verdict,
        detail=verdict.detail,
        speedup=verdict.speedup,
        interval=verdict.interval,
        metric=verdict.metric,
        pairs=verdict.pairs,
        benchmarks=verdict.benchmarks,
        overall=verdict.overall,
        growth=verdict.growth,
        tests=verdict.tests,
        checks=verdict.checks,
        baseline=candidate.parent,
        head=head,
        candidates={verdict.verdict: 1},
    )


def write_outcome(services: Services, result: Result, patches: Sequence[Patch] = ()) -> None:
    """Write result.json, report.md and the patch files into the run folder."""
    folder = services.folder
    for number, patch in enumerate(patches, 1):
        text = services.target.format_patch(patch.parent, patch.commit)
        folder.write(f"patches/{number:04d}.patch", text)
        for file in patch.evidence:
            (folder.path / f"patches/{number:04d}-evidence").mkdir(exist_ok=True)
            folder.write(f"patches/{number:04d}-evidence/{file.name.replace('/', '-')}", folder.get(file.digest))
    folder.write("report.md", result_markdown(material_of(folder.path, result)))
    folder.write("result.json", result.to_json() + "\n")


def calibration_report(services: Services, prepared: Prepared, found: tuple[Calibration, ...]) -> CalibrationReport:
    """The result of a calibration."""
    return CalibrationReport(
        run_id=services.folder.id,
        run_dir=str(services.folder.path),
        repository=services.asked["repository"],
        baseline=prepared.base,
        sandbox=f"{prepared.environment.kind} ({prepared.sandbox_reason})",
        python=prepared.environment.version,
        pairs=found[0].pairs,
        benchmarks=found,
        messages=prepared.messages,
        seconds=round(time.time() - float(services.asked["started"]), 1),
        version=__version__,
    )


def write_calibration(services: Services, report: CalibrationReport, plot: Path | None) -> None:
    """Write calibration.json, calibration.md and, where it can be drawn, the plot."""
    services.folder.write("calibration.md", calibration_markdown(report))
    services.folder.write("calibration.json", report.to_json() + "\n")
    if plot is None and not charts_available():
        services.progress.note("no plot: pip install 'perfagent[charts]' for one")
        return
    place = plot or services.folder.path / "calibration.svg"
    write_chart(calibration_chart(report), place)
    services.progress.note(f"plot: {place}")


def _common(services: Services) -> dict[str, Any]:
    prepared = services.lab.prepared
    asked = services.asked
    return {
        "run_id": services.folder.id,
        "run_dir": str(services.folder.path),
        "repository": asked["repository"],
        "sandbox": f"{prepared.environment.kind} ({prepared.sandbox_reason})",
        "python": prepared.environment.version,
        "prompts": versions() if services.settings.uses_model else {},
        "model": _model_name(services),
        "noise": prepared.noise,
        "messages": prepared.messages,
        "cost": _cost(services),
        "time": services.accounting.shares(),
        "seconds": round(time.time() - float(asked["started"]), 1),
        "version": __version__,
    }


def _model_name(services: Services) -> str | None:
    settings = services.settings
    if not settings.uses_model:
        return None
    return settings.model if settings.replay is None else f"recorded in {Path(settings.replay).name}"


def _cost(services: Services) -> Cost:
    if services.ledger is None:
        return Cost()
    spent = services.ledger.totals()
    models = tuple(
        ModelCost(
            model=name,
            roles=one.roles,
            calls=one.calls,
            failed_attempts=one.failed_attempts,
            input_tokens=one.input_tokens,
            output_tokens=one.output_tokens,
            cached_tokens=one.cached_tokens,
            usd=one.usd,
        )
        for name, one in spent.models.items()
    )
    return Cost(
        usd=spent.usd,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        calls=spent.calls,
        failed_attempts=spent.failed_attempts,
        models=models,
    )


def _patch_report(patch: Patch, verdict: Verdict, services: Services) -> PatchReport:
    return PatchReport(
        id=patch.id,
        idea=patch.title,
        origin=patch.origin,
        diff=services.folder.get(patch.diff),
        speedup=verdict.speedup,
        interval=verdict.interval,
        hunks=patch.hunks,
        commit=patch.commit,
        pairs=verdict.pairs,
        metric=verdict.metric,
        rationale=patch.rationale,
        mechanism=patch.mechanism,
        benchmarks=verdict.benchmarks,
        tests=verdict.tests,
        checks=verdict.checks,
        evidence=patch.evidence,
    )
