"""What `prepare` does, step by step; each finished step is kept, so that a killed run goes on behind it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfagent.agent.lab.core import timing_core
from perfagent.agent.lab.findings import Findings, identity
from perfagent.agent.lab.kept_trees import checked_out
from perfagent.agent.lab.laboratory import Laboratory
from perfagent.agent.lab.prepared import EnvironmentRecord, Prepared
from perfagent.agent.lab.probing import plan_measurement
from perfagent.agent.lab.seeds import VALUE_SEEDS
from perfagent.agent.lab.sizing import plan_sizes
from perfagent.agent.run_folder import state_home
from perfagent.agent.services import Services
from perfagent.tools.environment import build_environment, of_repository
from perfagent.tools.equivalence import (
    BASELINE_SEEDS,
    StableTests,
    StableValues,
    TestRun,
    TestSelection,
    baseline_tests,
    run_tests,
    stable,
)
from perfagent.tools.errors import WorkloadError
from perfagent.tools.report import Noise
from perfagent.tools.sandbox import Environment, SandboxKind, choose
from perfagent.tools.workload import Workload, discover, parse, pytest_options, source_roots

#: Seconds the target's unit tests may take once.
LONGEST_TESTS_S = 3600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts a command needs: hotspots needs neither tests nor noise, a first benchmark only a place to run."""

    workloads: bool = True
    tests: bool = True
    values: bool = True
    noise: bool = True


class Preparation:
    """Prepares one target at one commit.

    Args:
        services: the run's open things.
        base: the first baseline's commit.
        wanted: the parts to do.
    """

    def __init__(self, services: Services, base: str, wanted: Wanted | None = None) -> None:
        self.services = services
        self.base = base
        self.wanted = wanted or Wanted()
        self.messages: list[str] = []

    def prepare(self) -> Prepared:
        """All steps.

        Raises:
            SandboxUnavailable, BuildError, WorkloadError, MeasurementError: what the user must mend, in one line.
        """
        folder = self.services.folder
        prepared = self._begun()
        workloads = [parse(spec) for spec in prepared.workloads]
        findings = self._findings(prepared.environment, workloads)
        if self.wanted.tests:
            with self._timed("unit tests"):
                tests = folder.step("baseline-tests", lambda: self._known_tests(findings, prepared))
            prepared = prepared.model_copy(update={"tests": StableTests(**tests) if tests else None})
        if self.wanted.values:
            with self._timed("values"):
                found = folder.step("baseline-values", lambda: self._known_values(findings, prepared))
            prepared = prepared.model_copy(update=found)
        if not workloads:
            return prepared.model_copy(update={"messages": tuple(self.messages)})
        with self._timed("loop counts"):
            prepared = plan_measurement(self.services, prepared, findings, noise=self.wanted.noise, say=self.say)
        if self.wanted.noise and self.wanted.values:
            with self._timed("sizes"):
                prepared = plan_sizes(self.services, prepared, self.say)
        return prepared.model_copy(update={"messages": tuple(self.messages)})

    def _begun(self) -> Prepared:
        """The first steps: sandbox, checkout, workloads, environment."""
        settings, folder = self.services.settings, self.services.folder
        with self._timed("choosing the sandbox"):
            kind, reason = choose(settings.sandbox, None if of_repository(settings.image) else settings.image)
        self.say(f"sandbox: {kind} ({reason})")
        if kind == "local":
            self.services.progress.warn("the local sandbox does not contain what it runs: use it for code you trust")
        plain = folder.path / "trees" / "plain"
        if not plain.exists():
            # Elsewhere first: a tree that a kill left half written must not be taken for the whole.
            with self._timed("checkout"):
                checked_out(self.services.target, self.base, kind, plain.with_name("plain.part")).rename(plain)
        with self._timed("finding the workloads"):
            workloads = self._workloads(plain) if self.wanted.workloads else []
        with self._timed("environment"):
            environment = self._environment(kind, plain, workloads)
        return Prepared(
            base=self.base,
            environment=EnvironmentRecord.of(environment),
            sandbox_reason=reason,
            workloads=tuple(workload.spec for workload in workloads),
            source_roots=source_roots(plain),
            pytest_options=pytest_options(plain),
            benchmarks=(),
            tests=None,
            values="",
            steadiness="",
            noise=Noise(),
            core=timing_core(settings.core),
        )

    def say(self, text: str) -> None:
        """Tell the user something that also stands in the report."""
        self.messages.append(text)
        self.services.progress.note(text)

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        """Note in the event log how long a step took."""
        began = time.monotonic()
        yield
        self.services.folder.event("timed", step=step, seconds=round(time.monotonic() - began, 3))

    def _findings(self, environment: EnvironmentRecord, workloads: list[Workload]) -> Findings:
        """What earlier runs found out about this tree in this environment with these workloads."""
        where = [environment.kind, environment.key, environment.image, environment.built]
        what = [self.services.target.info(self.base).tree, [identity(each) for each in workloads]]
        return Findings(state_home() / "cache" / "findings", [*where, *what, self.services.settings.build])

    def _known_tests(self, findings: Findings, prepared: Prepared) -> dict[str, Any] | None:
        """The stable tests, of an earlier run where nothing has changed since."""
        facts = [self.services.settings.test, prepared.benchmark_paths()]
        found: dict[str, Any] | None = findings.recall("baseline-tests", facts, lambda: _dumped(self._tests(prepared)))
        self._tell_tests(StableTests(**found) if found else None, known="baseline-tests" in findings.recalled)
        return found

    def _known_values(self, findings: Findings, prepared: Prepared) -> dict[str, str]:
        """Digests of the baseline's values and of what of them is steady."""
        found = findings.recall("baseline-values", VALUE_SEEDS, lambda: self._values(prepared))
        known = StableValues(**found["steadiness"])
        silent = [name for name in found["values"] if not known.comparable(name)]
        if silent:
            self.say(f"yields nothing that is the same twice, so its values are not compared: {', '.join(silent)}")
        return {name: self.services.folder.put_json(document) for name, document in found.items()}

    def _tell_tests(self, stable: StableTests | None, *, known: bool) -> None:
        """Say how the unit tests end at the baseline."""
        if stable is None:
            self.say("unit tests: there are none that run, so only the benchmarks' values show that behaviour is kept")
            return
        told = [f"{len(stable.passing)} pass stably"]
        others = ((stable.failing, "fail"), (stable.flaky, "are flaky"))
        told += [f"{len(names)} {word}" for names, word in others if names]
        since = ", as an earlier run found" if known else ""
        self.say(f"unit tests: {', '.join(told)} ({stable.seconds:.1f} s a run{since})")

    def _workloads(self, tree: Path) -> list[Workload]:
        given = self.services.settings.workload
        if given:
            return [self._placed(parse(spec), tree) for spec in given]
        found = discover(tree, self.services.target.files(self.base))
        if not found:
            raise WorkloadError(
                "no workload was found in the repository",
                "name one with --workload, such as script:FILE for a file that defines workload(), or have "
                "`perfagent init --benchmark` write a first one from the calls of your unit tests",
                code="PA401",
            )
        # The first kind that was found is measured whole; mixing kinds would time the same code twice.
        chosen = [each for each in found if each.workload.kind == found[0].workload.kind]
        for each in chosen:
            self.say(f"workload: {each.workload.spec} ({each.reason})")
        return [each.workload for each in chosen]

    def _placed(self, workload: Workload, tree: Path) -> Workload:
        """The workload with its file found: in the tree, else on the host as an absolute path."""
        if workload.kind == "command":
            return workload
        name = workload.target.split("::")[0]
        if not Path(name).is_absolute() and (tree / name).exists():
            return workload
        outside = Path(name).expanduser().resolve()
        if workload.kind == "script" and outside.is_file():
            return Workload("script", str(outside))
        raise WorkloadError(
            f"the workload {workload.spec!r} names {name!r}, which is neither in the repository nor a file here",
            "paths are relative to the repository's root; a script may also stand elsewhere",
            code="PA104",
        )

    def _environment(self, kind: SandboxKind, tree: Path, workloads: list[Workload]) -> Environment:
        settings = self.services.settings
        self.services.progress.note("environment: building, or taking the one built before")
        kinds = {workload.kind for workload in workloads}
        tested_by_pytest = "pytest" in settings.test if settings.test else self._has_python()
        packages = ["pytest"] if tested_by_pytest or "pytest" in kinds else []
        if "pytest-benchmark" in kinds:
            packages = ["pytest", "pytest-benchmark"]
        with self.services.accounting.spending("running"):
            environment: Environment = build_environment(
                kind,
                tree,
                cache=state_home() / "cache",
                python=settings.python,
                setup=settings.setup,
                image=settings.image,
                packages=[*packages, *settings.packages],
                extras=settings.extras,
                say=self.services.progress.note,
                version=self.services.target.describe(self.base),
            )
        self.say(f"environment: Python {environment.version}{', built before' if environment.cached else ''}")
        return environment

    def _has_python(self) -> bool:
        """Whether any file of the target is Python's, so that pytest may find tests."""
        return any(name.endswith(".py") for name in self.services.target.files(self.base))

    def _tests(self, prepared: Prepared) -> StableTests | None:
        """Two runs of the unit tests at the baseline, a third where they differ; None when none runs."""
        if not self.services.settings.test and not self._has_python():
            return None
        lab = Laboratory(self.services, prepared)
        selection = TestSelection(command=self.services.settings.test, exclude=prepared.benchmark_paths())
        with lab.lent(lab.tree(self.base)) as copy, lab.open({"baseline": copy}, writable=True) as bench:
            site = bench.test_site("baseline")

            def run(seed: int) -> TestRun:
                return run_tests(bench.sandbox, site, selection, timeout_s=LONGEST_TESTS_S, hash_seed=seed)

            first = run(BASELINE_SEEDS[0])
            return (
                None
                if _no_tests(first, asked=self.services.settings.test is not None)
                else baseline_tests(lambda seed: first if seed == BASELINE_SEEDS[0] else run(seed))
            )

    def _values(self, prepared: Prepared) -> dict[str, Any]:
        """What the benchmarks yield, and which of it is the same from run to run."""
        lab = Laboratory(self.services, prepared)
        with lab.open({"baseline": lab.tree(self.base)}) as bench:
            first, second = (_require(bench.values("baseline", seed)) for seed in VALUE_SEEDS)
            known = stable([first, second])
            silent = [name for name in first if not known.comparable(name)]
            if silent:
                # What depends on the hash seed alone can still be compared under one seed.
                again = stable([first, _require(bench.values("baseline", VALUE_SEEDS[0]))])
                known = StableValues(
                    unstable=known.unstable | {name: again.unstable.get(name, ()) for name in silent},
                    opaque=known.opaque,
                    missing=again.missing,
                )
        return {"values": first, "steadiness": known.model_dump(mode="json")}


def _require(seen: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """The values of a baseline run.

    Raises:
        WorkloadError: a benchmark did not run.
    """
    values, trouble = seen
    if trouble:
        raise WorkloadError(
            f"the workload fails at the baseline: {trouble}", "mend it, or name another one", code="PA402"
        )
    return values


def _dumped(tests: StableTests | None) -> dict[str, Any] | None:
    return None if tests is None else tests.model_dump(mode="json")


def _no_tests(run: TestRun, *, asked: bool) -> bool:
    """Whether there are none, or none that runs here: tests that are skipped judge nothing, unless they were named."""
    idle = not run.outcomes if asked else all(outcome == "skipped" for outcome in run.outcomes.values())
    return run.complete and idle and not run.collection_errors
