"""Run SWE-fficiency's covering tests: every file in a process of its own, some of them alone.

Source: SWE-fficiency harness, test_spec.py (get_correctness_script_list) and run_validation.py.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.official.attempts import Stopped
from perfagent.benchmarks.gso_swe_perf.official.patches import last_line
from perfagent.benchmarks.gso_swe_perf.official.statuses import has_passed, statuses
from perfagent.benchmarks.gso_swe_perf.records import Status

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.datasets import SwefficiencyInstance
    from perfagent.benchmarks.gso_swe_perf.places import Arena

#: Source: SWE-fficiency harness, constants.py (TEST_PYTEST), for rows that do not say how to test.
PYTEST = "pytest --no-header -rA --tb=no -p no:cacheprovider --continue-on-collection-errors"
#: Which of the covering files are run at all; source: SWE-fficiency harness, test_spec.py.
_TEST_FILE = re.compile(r"(test.*\.py|.*_test\.py)", re.IGNORECASE)
_OUTPUTS = "/tmp/raw_correctness_output"
_ONE = "/tmp/one_test_file.sh"
#: Its one argument is the number of the output file, a blank, and the test file.
_ONE_FILE = """number=${{1%% *}}
file=${{1#* }}
for attempt in $(seq 0 {retries}); do
  {command} "$file" > {outputs}/$number.txt
  code=$?
  [ $code -le 1 ] && break
done
exit $code
"""
_RUN = "shuf {list} | xargs -d '\\n' --no-run-if-empty -P {parallel} -I % bash {one} %"
_RESTORE = """is_tracked() { git ls-files --error-unmatch --cached --deleted -- "$1" > /dev/null 2>&1; }
in_commit() { git ls-tree -r --name-only "$base" -- "$1" | grep -q .; }
for file in "${files[@]}"; do
  if is_tracked "$file" && in_commit "$file"; then git checkout "$base" -- "$file" || exit 1; fi
done
"""


class CoveringTests:
    """An instance's covering tests in an arena.

    Args:
        parallel: files at a time, but for those that must run alone.
        retries: of a file whose runner exits above 1.
        limit_s: for all files together.
    """

    def __init__(
        self, arena: Arena, instance: SwefficiencyInstance, parallel: int, retries: int, limit_s: float
    ) -> None:
        self._arena, self._instance = arena, instance
        self._parallel, self._retries, self._limit_s = parallel, retries, limit_s
        alone = [file for file in instance.single_thread_tests if _is_test_file(file)]
        beside = [file for file in instance.covering_tests if _is_test_file(file) and file not in alone]
        self._alone, self._beside = alone, beside

    @property
    def files(self) -> list[str]:
        """The test files, in the order of their output's numbers."""
        return [*self._beside, *self._alone]

    def restore(self, base: str) -> None:
        """Take the covering files back as they were at `base`, those that were there then.

        Raises:
            Stopped: `tests_failed`: git cannot.
        """
        files = " ".join(map(shlex.quote, self._instance.covering_tests))
        finished = self._arena.run(f"base={shlex.quote(base)}\nfiles=({files})\n{_RESTORE}")
        if finished.exit_code != 0:
            raise Stopped("tests_failed", f"the covering tests cannot be restored: {last_line(finished)}")

    def passed(self, failure: Status) -> set[str]:
        """Ids of the tests that pass now.

        Raises:
            Stopped: with the status `failure`: the tests did not end in time.
        """
        command = command_for_one_file(self._instance)
        one = _ONE_FILE.format(retries=self._retries, command=command, outputs=_OUTPUTS)
        self._arena.put(_ONE, one.encode())
        finished = self._arena.run(self._script(), self._limit_s)
        if finished.timed_out:
            raise Stopped(failure, f"the covering tests did not end within {self._limit_s:g} s")
        found: dict[str, str] = {}
        for number in range(len(self.files)):
            log = self._arena.get(f"{_OUTPUTS}/{number}.txt") or b""
            found.update(statuses(self._instance.repo, log.decode("utf-8", "replace"), command))
        return {test for test, status in found.items() if has_passed(status)}

    def _script(self) -> str:
        """All files, as bash; failures are in the outputs, not in its exit status."""
        lines = [f"{number} {file}" for number, file in enumerate(self.files)]
        lists = {
            "/tmp/covering_tests.txt": lines[: len(self._beside)],
            "/tmp/single_thread_tests.txt": lines[len(self._beside) :],
        }
        for path, entries in lists.items():
            self._arena.put(path, "".join(f"{line}\n" for line in entries).encode())
        beside, alone = (
            _RUN.format(list=path, parallel=parallel, one=_ONE)
            for path, parallel in zip(lists, (self._parallel, 1), strict=True)
        )
        fresh = f"rm -rf {_OUTPUTS} && mkdir -p {_OUTPUTS}"
        return "\n".join([*self._instance.recipe.install, fresh, beside, "export PYTHONHASHSEED=0", alone])


def command_for_one_file(instance: SwefficiencyInstance) -> str:
    """The instance's test command without files; some rows' command names them."""
    named = {*instance.covering_tests, *instance.single_thread_tests}
    command = instance.test_cmd.strip()
    while command and (last := command.split()[-1]) in named:
        command = command.removesuffix(last).rstrip()
    return command or PYTEST


def _is_test_file(path: str) -> bool:
    return _TEST_FILE.fullmatch(path.rpartition("/")[2]) is not None
