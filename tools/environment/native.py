"""Builds the compiled parts of a tree in place, in a sandbox without network (Python 3.7 on, standard library only).

The environment has the build's requirements. What an earlier build left in the tree is used again, so that a candidate
costs what it touches. Usage: native.py setuptools|wheel ROOT..., in the tree, ROOT being the folders of the tree that
hold packages.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from typing import List

FOLDER = ".perfagent-build"
# Backends take the name that they know: meson-python the first, scikit-build-core the second.
PLACES = {"mesonpy": "builddir", "scikit_build_core.build": "build-dir"}
LIBRARIES = (".so", ".pyd", ".dylib")


def main() -> None:
    """See the module's text; the exit status is the build's."""
    way, roots = sys.argv[1], sys.argv[2:]
    if way == "setuptools":
        code = "from setuptools import setup; setup()" if not os.path.exists("setup.py") else None
        script = ["-c", code] if code else ["setup.py"]
        sys.exit(subprocess.call([sys.executable, *script, "-q", "build_ext", "--inplace"]))
    with tempfile.TemporaryDirectory() as made:
        command = [sys.executable, "-m", "pip", "wheel", "-v", ".", "--no-build-isolation", "--no-deps", "--no-index"]
        place = PLACES.get(way)
        options = ["--config-settings", "{}={}".format(place, FOLDER)] if place else []  # pip has -C from 23.1 on only
        status = subprocess.call([*command, "--no-clean", "-w", made, *options])
        if status == 0:
            unpack(made, roots)
        sys.exit(status)


def unpack(made: str, roots: List[str]) -> None:
    """Put the libraries of the wheel where the tree's packages are."""
    (wheel,) = os.listdir(made)
    with zipfile.ZipFile(os.path.join(made, wheel)) as archive:
        for name in archive.namelist():
            if name.endswith(LIBRARIES) and ".data/" not in name:
                holders = [root for root in roots if os.path.isdir(os.path.join(root, os.path.dirname(name)))]
                target = os.path.join((holders or roots)[0], name)
                with archive.open(name) as source, open(target + ".new", "wb") as copy:
                    shutil.copyfileobj(source, copy)
                os.chmod(target + ".new", 0o755)
                os.replace(target + ".new", target)


if __name__ == "__main__":
    main()
