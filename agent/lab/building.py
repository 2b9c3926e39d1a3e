"""Building compiled parts in a tree: by the user's command, else the way the environment found; baselines once for all.

Both sides of a comparison are built in the same place by the same command, so that a difference of compilers or flags
is never taken for a candidate's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from perfagent.agent.lab.bytecode import Open
from perfagent.tools.environment import NATIVE_BUILD, NATIVE_SOURCES
from perfagent.tools.errors import BuildError
from perfagent.tools.patch import read_patch
from perfagent.tools.sandbox import Command, Completed, Environment, Mount

#: Seconds a build of the target may take.
BUILD_TIMEOUT_S = 1800.0

#: Lines of a failed build's output that go back to whoever wrote the candidate.
SHOWN_LINES = 40

SECOND_NS = 10**9

#: Where things stand inside.
TREE, SCRIPT = "/perfagent/a", "/perfagent/native.py"

#: Sources that a build compiles by themselves; any other kind may be part of every one.
UNITS = re.compile(r"\.(?:c|cc|cpp|cxx|pyx|py|rs|f|f90|f03)$")

#: How gcc, clang, rustc and tsc, and Python and node begin the line that says what is wrong.
ERROR_LINE = re.compile(r"(^|[\s:])(fatal )?error(\[\w+\]| TS\d+)?: |^\w*Error: ")

#: Colours, which meson asks compilers for (ECMA-48 control sequences).
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

COMPILER_ERROR = re.compile(r"\berror\b|undefined reference", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TreeBuilder:
    """Builds trees of one target.

    Attributes:
        command: the user's own; None for the environment's way, if it has one.
        environment: where it runs. open: opens a sandbox on mounts with a limit in seconds.
        cache: what builds of whole commits made, kept for later runs.
    """

    command: str | None
    environment: Environment
    open: Open
    cache: Path

    @property
    def builds(self) -> bool:
        """Whether there is anything to build."""
        return bool(self.command or self.environment.native)

    def concerns(self, tree: Path, diff: str) -> bool:
        """Whether a diff asks for a build of the tree it applies to.

        The user's command may make anything of any file. What the environment found compiles sources of the usual
        names, and Python modules beside which a library of that name stands.
        """
        if self.command or not self.environment.native:
            return bool(self.command)
        touched = [Path(name) for name in read_patch(diff).paths]
        return any(NATIVE_SOURCES.search(path.name) or _compiled(tree / path) for path in touched)

    def rebuild(self, tree: Path, diff: str) -> None:
        """Build in a tree that was built before a diff was applied to it.

        A build that fails and is called optional, or does not know that a source includes a changed header, would leave
        the parent's libraries to be taken for the candidate's.

        Raises:
            BuildError: see `build`; also when it leaves every library as it was.
        """
        if self.command:
            self.build(tree)
            return
        libraries = {path: path.stat().st_mtime_ns for path in tree.rglob("*.so")}
        if not all(UNITS.search(name) for name in read_patch(diff).paths):
            for path in libraries:
                path.unlink()
        output = self.build(tree)
        lost = [path for path in libraries if not path.exists()]
        if lost or all(path.stat().st_mtime_ns == stamp for path, stamp in libraries.items()):
            told = telling_lines(output)
            reason = told[0] if told else "it says nothing"
            raise BuildError(f"the build makes no compiled part anew: {reason}", "\n".join(told), code="PA305")

    def build(self, tree: Path) -> str:
        """Build in a tree; the output.

        Raises:
            BuildError: it fails; the remedy holds the lines that say why.
        """
        mounts = [Mount(tree, TREE, writable=True), Mount(NATIVE_BUILD, SCRIPT)]
        with self.open(mounts, BUILD_TIMEOUT_S) as sandbox:
            where = self.environment
            native = (where.python, "-I", sandbox.inside(NATIVE_BUILD), where.native, *where.roots)
            argv = ("sh", "-c", self.command) if self.command else native
            done = sandbox.execute(Command(argv=argv, cwd=sandbox.inside(tree)))
        if not done.ok:
            told = telling_lines(done.stdout + done.stderr)
            raise BuildError(f"the build command fails: {complaint(done, told)}", "\n".join(told), code="PA305")
        return done.stdout + done.stderr

    def build_commit(self, tree: Path, name: str) -> None:
        """Build in the exported tree of a commit, or bring in what an earlier build of it made.

        Args:
            name: the git tree's id.

        Raises:
            BuildError: see `build`.
        """
        kept = self.cache / self._key(name)
        if not kept.exists():
            before = _files(tree)
            self.build(tree)
            after = _files(tree)
            self._keep(kept, tree, [path for path, stamp in after.items() if before.get(path) != stamp])
        else:
            _restore(kept, tree)

    def _key(self, name: str) -> str:
        log = hashlib.sha256(self.environment.log.encode("utf-8", "surrogateescape")).hexdigest()
        described = [self.command, self.environment.native, self.environment.key, self.environment.image, log, name]
        return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:24]

    def _keep(self, kept: Path, tree: Path, made: list[str]) -> None:
        """Copy what a build made to its place, whole or not at all."""
        part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        shutil.rmtree(part, ignore_errors=True)
        for path in made:
            (part / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / path, part / path, follow_symlinks=False)
        part.mkdir(parents=True, exist_ok=True)
        try:
            part.rename(kept)
        except OSError:  # another run was faster
            shutil.rmtree(part, ignore_errors=True)


def _restore(kept: Path, tree: Path) -> None:
    """Bring in what an earlier build made, newer than its sources as then: make goes by the files' times."""
    made = _files(kept)
    oldest = min((stamp[1] for stamp in made.values()), default=0)
    for path in _files(tree).keys() - made.keys():
        if not (tree / path).is_symlink():
            os.utime(tree / path, ns=(oldest - SECOND_NS, oldest - SECOND_NS))
    shutil.copytree(kept, tree, symlinks=True, dirs_exist_ok=True)


def telling_lines(output: str) -> list[str]:
    """The lines of a build's output to show: from the first error on."""
    lines = [line.rstrip()[:300] for line in COLOURS.sub("", output).splitlines() if line.strip()]
    first, exact = (
        next((number for number, line in enumerate(lines) if pattern.search(line)), None)
        for pattern in (COMPILER_ERROR, ERROR_LINE)
    )
    if first is None:
        return lines[-SHOWN_LINES:]
    # Configuring speaks of errors long before there is one.
    first = exact if exact is not None and exact >= first + SHOWN_LINES else first
    return lines[first : first + SHOWN_LINES]


def complaint(done: Completed, lines: list[str]) -> str:
    """One line on why a build fails: the compiler's first error, rather than the last word of what started it."""
    if done.stopped_by:
        return f"it {done.stopped_by}"
    errors = [line.strip() for line in lines if ERROR_LINE.search(line)]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    last = lines[-1].strip() if lines else f"exit status {done.exit_code}"
    return f"{errors[0]}{more}" if errors else last


def _compiled(module: Path) -> bool:
    """Whether a library of a Python module's name stands beside it, as mypyc and Cython make."""
    return module.suffix == ".py" and any(module.parent.glob(f"{module.stem}.*.so"))


def _files(tree: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file, by its relative path."""
    found = {}
    for folder, _, files in os.walk(tree):
        for path in (Path(folder, name) for name in files):
            state = path.lstat()
            found[str(path.relative_to(tree))] = (state.st_size, state.st_mtime_ns)
    return found
