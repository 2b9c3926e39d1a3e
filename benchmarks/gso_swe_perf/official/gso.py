"""GSO's evaluation of one prediction: base, patch and expert one after the other in one container.

Source: GSO harness (`run_evaluation.py`, `evalscript.py`). Kept: phases, arguments, counts, limits, the ladder by which
a patch is applied with what it leaves out, the pins for builds, and that reference results lie where the patched code
can write (our own protocol is not open to that). Not kept:

- The limit on a task is doubled for the two repositories that need it, not for every task after one of them.
- The expert's code is brought in as a bundle of one commit when its phase begins, not fetched from the project's
  server: no network is needed, and before that nothing in the container leads to it.
- Times are read from the file each test wrote, not from the log; statuses are read from the log.
- A failed attempt is not repeated here; who calls may.
"""

from __future__ import annotations

import ast
import re
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.official import gso_log
from perfagent.benchmarks.gso_swe_perf.official.gso_log import Phase
from perfagent.benchmarks.gso_swe_perf.places.building import PINNED
from perfagent.benchmarks.gso_swe_perf.records import GsoTimings, Outcome, Status

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets.gso import GsoInstance
    from perfagent.benchmarks.gso_swe_perf.places import Arena

#: Repositories whose tests are run once instead of five times, and those that get no limit a process but a longer one
#: for the whole task.
SINGLE = frozenset({"llama-cpp-python", "onnxruntime", "tokenizers"})
HEAVY = frozenset({"llama-cpp-python", "tokenizers"})
#: Left out of a patch by git's rungs of the ladder.
LEFT_OUT = (".venv/*", ".git/*", "__pycache__/*", "*.egg-info/*", "*.json", "*.txt", "*.csv", "*.log", "*.pkl")
PATCH, BUNDLE = "/tmp/patch.diff", "/tmp/expert.bundle"
HTTP_CACHE = "/gso_http_cache.py"
EXPERT = "refs/perfagent/expert"
#: Of what a failed script prints, the last such line is quoted.
TELLING = re.compile(r"error|fail|cannot|could not|no such|not found|takes too long", re.IGNORECASE)
#: Every later line of a script counts, as in the published one.
STRICT = "set -eo pipefail\ngit config --global --add safe.directory '*'\nexport HF_HUB_DISABLE_XET=1\n"


@dataclass(frozen=True, slots=True)
class GsoProtocol:
    """The counts and limits.

    Attributes:
        processes: how often a test is run in a phase, each time in a process of its own. single: for `SINGLE`.
        process_s: limit of a process; none for `HEAVY`.
        task_s: limit of all phases; twice as long for `HEAVY`.
    """

    processes: int = 5
    single: int = 1
    process_s: float = 300.0
    task_s: float = 1800.0


PUBLISHED = GsoProtocol()


@dataclass(frozen=True, slots=True)
class _Side:
    """One phase: the files its tests write their times to, and their arguments."""

    phase: Phase
    file: str
    flag: str


BASE = _Side("Base", "base", "--reference")
PATCHED = _Side("Patch", "result", "--eqcheck")
COMMIT = _Side("Commit", "commit", "--reference")


def measure_gso(
    arena: Arena,
    instance: GsoInstance,
    patch: str,
    subject: str,
    expert: Callable[[], bytes],
    protocol: GsoProtocol = PUBLISHED,
) -> Outcome:
    """Time base, patch and expert on all of an instance's tests. An empty patch is not run, as published.

    Args:
        arena: with the network on where an installation needs it.
        expert: gives the expert's code as a bundle with the branch `expert`; asked when its phase begins.

    Raises:
        SandboxError: the arena broke.
        RepositoryError: there is no expert's code.
    """
    run = _Run(arena, instance, protocol)
    status: Status = "empty_patch"
    if patch.strip():
        run.phases(patch, expert)
        status = gso_log.status_of(run.log)
    timings = run.timings() if status == "graded" else None
    if status == "graded" and timings is None:
        status, run.detail = "error", "a test wrote no time"
    return Outcome(
        benchmark=instance.benchmark,
        instance_id=instance.instance_id,
        subject=subject,
        protocol="official",
        status=status,
        detail="" if status == "graded" else run.detail,
        gso=timings,
        executions=run.executions,
        seconds=run.seconds,
        environment=arena.place.origin,
    )


class _Run:
    """One evaluation under way.

    Attributes:
        log: of all phases, with the published markers.
        detail: one line about what went wrong.
        executions: processes that were started.
    """

    def __init__(self, arena: Arena, instance: GsoInstance, protocol: GsoProtocol) -> None:
        name = instance.repo.rpartition("/")[2]
        self.log, self.detail, self.executions = "", "the prediction holds no patch", 0
        self._arena, self._instance = arena, instance
        self._processes = protocol.single if name in SINGLE else protocol.processes
        self._process_s = None if name in HEAVY else protocol.process_s
        self._task_s = protocol.task_s * (2 if name in HEAVY else 1)
        self._began = time.monotonic()
        self._times: dict[Phase, list[tuple[float, ...]]] = {}

    @property
    def seconds(self) -> float:
        """Wall time until now."""
        return time.monotonic() - self._began

    def timings(self) -> GsoTimings | None:
        """The times of every phase; None when a test has none."""
        sides = [tuple(self._times[phase]) for phase in gso_log.PHASES]
        return GsoTimings(base=sides[0], patch=sides[1], commit=sides[2]) if all(map(all, sides)) else None

    def phases(self, patch: str, expert: Callable[[], bytes]) -> None:
        """Run the phases until one fails."""
        for number, text in enumerate(self._instance.tests):
            self._arena.put(script_path(number), prefixed(text).encode("utf-8", "surrogateescape"))
        self._arena.put(HTTP_CACHE, Path(__file__).with_name("http_cache.py").read_bytes())
        self._arena.put(PATCH, patch.encode("utf-8", "surrogateescape"))
        if not self._side(BASE):
            return
        if not (self._script(applying()) and self._script(self._installing(marked=True)) and self._side(PATCHED)):
            return
        self._arena.put(BUNDLE, expert())
        kept = " -e .venv" if self._arena.place.origin == "local" else ""
        if self._script(checking_out(kept) + self._installing(marked=False)):
            self._side(COMMIT)

    def _installing(self, *, marked: bool) -> str:
        """The instance's own commands in one shell.

        A published image's environment is made anew by them; one built here is kept, as nothing else would make it.
        """
        whole = self._arena.place.origin == "published"
        commands = self._instance.install_commands if whole else self._instance.recipe.install
        # Not as an `if`'s condition: there bash would go on behind a command that failed.
        script = f"{PINNED}{STRICT}set +e\n(\nset -e\n" + "".join(f"{command}\n" for command in commands) + ")\n"
        if not marked:
            return f"{script}code=$?; set -e; [ $code = 0 ]\n"
        return f"""{script}code=$?
if [ $code = 0 ]; then echo '{gso_log.INSTALLED}'; else echo '{gso_log.NOT_INSTALLED}'; exit 1; fi
"""

    def _side(self, side: _Side) -> bool:
        """Run the tests of a phase and read what they wrote; whether all went well."""
        count = len(self._instance.tests)
        ended = self._script(phase_script(side, count, self._processes, self._process_s))
        texts = [self._arena.get(f"{self._arena.place.tree}/{side.file}_{number}.txt") for number in range(count)]
        self._times[side.phase] = [gso_log.times((text or b"").decode("utf-8", "replace")) for text in texts]
        self.executions += sum(map(len, self._times[side.phase])) + (not ended)
        return ended

    def _script(self, script: str) -> bool:
        """Run a part of the evaluation within the time that is left; whether it succeeded."""
        ran = self._arena.run(script, max(self._task_s - self.seconds, 0.1))
        self.log += ran.output
        lines = [line.strip() for line in ran.output.splitlines() if line.strip()]
        if ran.timed_out:
            self.detail = f"the {self._task_s:g} s of the task are over"
            # Out of time with the patch is its failure; without the expert's times there is no result.
            self.log += f"\n{gso_log.TIMED_OUT}\n" if gso_log.end("Patch") not in self.log else ""
        elif ran.exit_code != 0:
            told = [line for line in lines if not line.startswith(">>>>>")]
            told = [line for line in told if TELLING.search(line)] or told
            marker = next((line for line in reversed(lines) if line.startswith(">>>>>")), "").removeprefix(">>>>> ")
            self.detail = f"{marker or 'a script failed'}: {told[-1] if told else 'it says nothing'}"[:300]
        return ran.exit_code == 0


def script_path(number: int) -> str:
    """Where a test's script stands inside."""
    return f"/gso_test_{number}.py"


def prefixed(text: str) -> str:
    """A test with the cache of what it downloads in front, behind what has to be first: docstring and __future__."""
    line = 0
    try:
        for node in ast.parse(text).body:
            first = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not first and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                break
            line = node.end_lineno or line
    except SyntaxError:
        pass
    lines = text.splitlines(keepends=True)
    if line and not lines[line - 1].endswith("\n"):
        lines[line - 1] += "\n"
    return "".join([*lines[:line], f"import runpy; runpy.run_path({HTTP_CACHE!r})\n", *lines[line:]])


def phase_script(side: _Side, tests: int, processes: int, limit_s: float | None) -> str:
    """The script of one phase: every test in so many processes, then all times between the phase's markers."""
    limit = "" if limit_s is None else f"timeout {limit_s:g}s "
    numbers = " ".join(map(str, range(tests)))
    return f"""{STRICT}for i in {numbers}; do for process in {" ".join(map(str, range(processes)))}; do
  code=0
  {limit}python /gso_test_$i.py {side.file}_$i.txt {side.flag} --file_prefix gso_$i || code=$?
  if [ $code = 124 ]; then echo "test $i takes too long"; echo '{gso_log.TIMED_OUT}'; exit 1; fi
  if [ $code != 0 ]; then echo '{gso_log.ERRORED}'; exit 1; fi
done; done
echo '{gso_log.PASSED}'
echo '{gso_log.start(side.phase)}'
for i in {numbers}; do echo ">>>>> Test $i"; cat {side.file}_$i.txt; done
echo '{gso_log.end(side.phase)}'
"""


def applying() -> str:
    """The ladder: git, git that ignores changes of spaces, git that keeps what applies, patch(1) without exclusions."""
    excludes = " ".join(f"--exclude={shlex.quote(name)}" for name in LEFT_OUT)
    git = f"git apply --verbose {excludes}"
    rungs = [git, f"{git} --ignore-space-change", f"{git} --ignore-space-change --reject"]
    ladder = " || ".join([*(f"{rung} {PATCH}" for rung in rungs), f"patch --batch --fuzz=5 -p1 -i {PATCH}"])
    return f"""{STRICT}echo '{gso_log.APPLYING}'
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then git reset --hard; fi
if {ladder}; then echo '{gso_log.APPLIED}'; else echo '{gso_log.NOT_APPLIED}'; exit 1; fi
"""


def checking_out(kept: str) -> str:
    """Bring in the expert's commit and clean everything else away but what `kept` says in git's words."""
    return f"""{STRICT}git fetch --quiet --force --tags {BUNDLE} refs/heads/expert:{EXPERT}
git reset --quiet --hard
git clean --quiet -xfd{kept}
git checkout --quiet --force --detach {EXPERT}
"""
