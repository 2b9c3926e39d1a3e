from __future__ import annotations

import json
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

HARVEST = Path(__file__).parents[4] / "tools/environment/harvest.py"


class Built:
    """An environment as an installer leaves it, made by hand."""

    def __init__(self, folder, prefix):
        self.copy, self.overlay = folder / "copy", folder / "overlay"
        self.prefix, self.folder = prefix, folder
        (self.site,) = prefix.glob("lib/python3*/site-packages")
        self.overlay.mkdir()

    def write(self, path, text=""):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sources(self, *names):
        for name in names:
            self.write(self.copy / name)
        self.write(self.folder / "sources.json", json.dumps(names))

    def installed(self, *names, editable=False):
        info = self.site / "x-1.dist-info"
        origin = {"url": f"file://{self.copy}", "dir_info": {"editable": editable}}
        self.write(info / "direct_url.json", json.dumps(origin))
        self.write(info / "RECORD", "".join(f"{name},sha256=0,0\n" for name in (*names, "x-1.dist-info/METADATA")))
        for name in names:
            self.write(self.site / name, "installed")

    def harvest(self):
        argv = [self.prefix / "bin/python", "-I", HARVEST, self.copy, self.folder / "sources.json", self.overlay]
        return json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)["roots"]

    def kept(self):
        return sorted(str(path.relative_to(self.overlay)) for path in self.overlay.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    venv.create(prefix, symlinks=True)
    return prefix


@pytest.fixture
def built(tmp_path, empty_environment):
    made = Built(tmp_path, empty_environment)
    yield made
    for path in made.site.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_built_files_are_kept_and_rubbish_is_not(built):
    built.sources("x/__init__.py", "x/fast.c")
    for name in ("x/fast.so", "x/_version.py", "x/a.pyc", "build/t/fast.o", "x.egg-info/PKG-INFO", "x/fast.o"):
        built.write(built.copy / name)
    (built.copy / "link").symlink_to("/etc/passwd")

    assert built.harvest() == ["."]
    assert built.kept() == ["x/_version.py", "x/fast.so"]


def test_a_link_to_the_copy_names_the_root_and_is_removed(built):
    built.sources("src/x/__init__.py")
    built.write(built.site / "x.pth", f"{built.copy}/src\n")
    built.write(built.site / "other.pth", "/elsewhere\n")

    assert built.harvest() == ["src"]
    assert [path.name for path in built.site.iterdir()] == ["other.pth"]


def test_an_editable_finder_names_the_root_and_is_removed(built):
    built.sources("lib/deep/x/__init__.py")
    built.write(built.site / "__editable___x_1_finder.py", f"MAPPING = {{'x': '{built.copy}/lib/deep/x'}}")
    built.write(built.site / "__editable__.x-1.pth", "import __editable___x_1_finder")

    assert built.harvest() == ["lib/deep"]
    assert list(built.site.glob("__editable__*")) == []


def test_metadata_of_an_old_editable_install_is_kept_with_the_tree(built):
    built.sources("x.py")
    built.write(built.copy / "x.egg-info/PKG-INFO")
    built.write(built.site / "x.egg-link", f"{built.copy}\n.")

    assert built.harvest() == ["."]
    assert built.kept() == ["x.egg-info/PKG-INFO"]


def test_plainly_installed_code_goes_but_what_was_compiled_is_kept(built):
    built.sources("src/x/__init__.py", "src/x/fast.c")
    built.installed("x/__init__.py", "x/fast.so", "x/sub/_generated.py")

    assert built.harvest() == ["src"]
    assert built.kept() == ["src/x/fast.so", "src/x/sub/_generated.py"]
    assert [path.name for path in built.site.iterdir()] == ["x-1.dist-info"]


def test_other_distributions_stay(built):
    built.sources("x/__init__.py")
    built.installed("y.py")
    built.write(built.site / "x-1.dist-info/direct_url.json", '{"url": "file:///elsewhere"}')

    assert built.harvest() == ["."]
    assert (built.site / "y.py").exists()


def test_a_layout_nobody_knows_is_left_alone(built):
    built.sources("code/x/__init__.py")
    built.installed("x/__init__.py")

    assert built.harvest() == ["."]
    assert (built.site / "x/__init__.py").exists()
