"""How SWE-Perf and SWE-fficiency apply a prediction in the container, and to which revision they go back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from perfagent.benchmarks.gso_swe_perf.official.attempts import Stopped

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.instances import Instance
    from perfagent.benchmarks.gso_swe_perf.places import Arena, Finished

PATCH = "/tmp/patch.diff"

#: Source: SWE-Perf harness, run_evaluation.py. Nothing is stripped from the patch, and `patch` may apply it with fuzz,
#: or backwards when it fits only so.
SWE_PERF = f"git apply --allow-empty -v {PATCH} || patch --batch --fuzz=5 -p1 -i {PATCH}"

#: Source: SWE-fficiency harness, run_validation.py (GIT_APPLY_CMD, try_to_apply_patch). File by file: one that does not
#: apply is fatal when git tracks it, else left out; then once more from a clean tree. A text without any `diff --git`
#: line applies as nothing. `{base}` is the revision to go back to.
_SWEFFICIENCY = r"""
apply_each_file() {
  sed -nE 's|^diff --git a/.* b/(.*)$|\1|p' @PATCH@ | while IFS= read -r path; do
    if git apply --whitespace=nowarn --include="$path" @PATCH@; then
      echo "applied: $path"
    elif git ls-files --error-unmatch -- "$path" > /dev/null 2>&1; then
      echo "does not apply: $path"
      exit 1
    else
      echo "left out, as an untracked file is in its way: $path"
    fi
  done
}
apply_each_file || { git reset --hard @BASE@ && apply_each_file; }
"""


def swefficiency_ladder(base: str) -> str:
    """SWE-fficiency's way to apply the patch, as bash."""
    return _SWEFFICIENCY.replace("@PATCH@", PATCH).replace("@BASE@", shlex.quote(base))


def base_revision(arena: Arena, instance: Instance) -> str:
    """Hash of the unpatched commit in the container: the instance's, or where a repository of our own begins.

    Raises:
        Stopped: `error`: there is no repository.
    """
    wanted = shlex.quote(f"{instance.base_commit}^{{commit}}")
    # The published images' repository belongs to another user.
    found = arena.run(
        "git config --global --add safe.directory '*'\n"
        f"git rev-parse --verify --quiet {wanted} || git rev-parse --verify HEAD"
    )
    if found.exit_code != 0:
        raise Stopped("error", f"there is no repository in the container: {last_line(found)}")
    return found.output.split()[-1]


def apply(arena: Arena, patch: str, ladder: str) -> None:
    """Apply a patch in the container.

    Raises:
        Stopped: `patch_failed`.
    """
    arena.put(PATCH, patch.encode("utf-8", "surrogateescape"))
    finished = arena.run(ladder)
    if finished.exit_code != 0:
        raise Stopped("patch_failed", f"the patch does not apply: {last_line(finished)}")


def last_line(finished: Finished) -> str:
    """The last line a script printed, as the shortest account of why it failed."""
    lines = [line for line in finished.output.splitlines() if line.strip() and not line.startswith("+")]
    return lines[-1].strip()[:300] if lines else f"exit status {finished.exit_code}"
