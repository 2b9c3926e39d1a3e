"""GSO's rows (data set `gso-bench/gso`; the columns are those of its `GSOInstance`)."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from perfagent.benchmarks.gso_swe_perf.datasets.fields import Date, OwnColumns, Revision, Texts, without_nulls
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.records import Benchmark, Recipe

#: GSO harness: where its images are published.
IMAGES = "slimshetty/gso"

#: GSO harness: the images' environment was made by uv inside the repository.
ACTIVATE = "source /testbed/.venv/bin/activate"

_VENV = re.compile(r"\buv venv\b.*?--python[= ]+\"?(\d+\.\d+)")
#: Commands that do nothing else than make or enter the environment, which ours is in already.
_MAKES_VENV = re.compile(r"^\s*(uv venv\b[^&;|]*|(source|\.)\s+\S*\.venv/bin/activate\s*)$")


class GsoInstance(Instance, OwnColumns):
    """One task of GSO.

    Attributes:
        opt_commit: the expert's commit; empty when there is none.
        api: what is to be faster.
        prob_script: the one script that is shown: a performance test.
        tests: whole test scripts, hidden but for what `prob_script` shows of the first.
        gt_diff: the expert's whole diff, test files included.
        install_commands: install the project; run again after a patch.
    """

    benchmark: ClassVar[Benchmark] = "gso"

    opt_commit: Revision = ""
    api: str = ""
    prob_script: Annotated[str, Field(min_length=1)]
    tests: Annotated[Texts, Field(min_length=1)]
    hints_text: str = ""
    gt_commit_message: str = ""
    gt_diff: str = ""
    setup_commands: Texts = ()
    install_commands: Texts = ()
    created_at: Date = ""
    arch: str = "x86_64"
    instance_image_tag: str = "latest"
    test_cmd: str = ""

    _nulls = model_validator(mode="before")(without_nulls)

    @property
    def expert_commit(self) -> str:
        """The commit with the expert's change."""
        return self.opt_commit

    @property
    def expert_patch(self) -> str:
        """The expert's diff without test files."""
        from perfagent.benchmarks.gso_swe_perf.datasets.hygiene import without_tests

        return without_tests(self.gt_diff)

    @property
    def recipe(self) -> Recipe:
        """The published image, unless the row brings an environment of its own."""
        commands = tuple(command for command in self.install_commands if not _MAKES_VENV.match(command))
        if self.brings_environment:
            # With a folder on PYTHONPATH and its packages named there is nothing left to install.
            install = () if self.pip and self.pythonpath else commands
            python = self.python or None
            return Recipe(python=python, packages=self.pip, install=install, pythonpath=self.pythonpath)
        return Recipe(
            image=f"{IMAGES}:gso.eval.{self.arch}.{self.instance_id.lower()}",
            activate=ACTIVATE,
            python=_python_of(self.install_commands),
            install=commands,
        )


def _python_of(commands: tuple[str, ...]) -> str | None:
    """The version that `uv venv --python 3.9` asks for."""
    found = (_VENV.search(command) for command in commands)
    return next((match[1] for match in found if match), None)
