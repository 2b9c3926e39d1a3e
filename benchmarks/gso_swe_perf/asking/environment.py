"""The environment of an instance as perfagent's settings.

There is one way for every instance that has a place: the place's image, published or built here, is what perfagent
builds on. A virtual environment of its own is made with the place's interpreter, and what the place has installed is
put on its import path, so that both protocols run the same packages at the same versions. The project itself comes from
the trees that are compared: they stand before the place's packages on the path, and of an editable install nothing is
left there, because the place's own .pth files are not followed (a finder of an editable install could otherwise import
/testbed whatever the path says). What the place built inside /testbed, such as extension modules, is brought into the
copy that becomes the trees' overlay.

Without a place (no container engine) perfagent installs the project by its recipe in the sandbox that works.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perfagent.benchmarks.gso_swe_perf.instances import Instance
    from perfagent.benchmarks.gso_swe_perf.places import Place

#: Prints the folders of an interpreter's packages, one a line.
SITES = "import sysconfig as s; print(*dict.fromkeys([s.get_paths()['purelib'], s.get_paths()['platlib']]), sep='\\n')"

#: Files of a build that a tree needs beside its sources: extension modules, and the version files of setuptools-scm.
BUILT = ("*.so", "*.pyd", "*_version.py", "*/version.py")

#: Folders of /testbed that hold no part of the project.
NOT_BUILT = (".venv", "venv", "build", "dist", ".eggs")


def environment_flags(instance: Instance, place: Place | None) -> dict[str, Any]:
    """Settings that give the instance's environment.

    Args:
        place: where the official protocol runs; None for an environment by the recipe alone.
    """
    recipe = instance.recipe
    if place is None:
        return {"python": recipe.python, "packages": recipe.packages}
    return {"sandbox": "docker", "image": place.image, "python": place.python, "setup": _setup(place.python)}


def _setup(python: str) -> str:
    """Shell lines run in a copy of the base tree: bring the place's packages into view, and what it built."""
    patterns = [*BUILT, *(f":(exclude){folder}" for folder in NOT_BUILT)]
    built = f"git -C /testbed -c safe.directory='*' ls-files -z --others -- {shlex.join(patterns)}"
    return "\n".join(
        (
            'here="$PWD"',
            'for site in "$VIRTUAL_ENV"/lib/python3*/site-packages; do',
            f'  {shlex.quote(python)} -c {shlex.quote(SITES)} > "$site/place.pth" || exit 1',
            "done",
            f'cd /testbed && {built} | xargs -0 -r cp --parents -n -t "$here"',
        )
    )
