"""Environments built for real; a setup command stands in for package indexes, so nothing is fetched."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from perfagent.tools.environment import build_environment
from perfagent.tools.environment.builder import BUILD_PROCESSES
from perfagent.tools.environment.interpreters import candidates, query
from perfagent.tools.errors import BuildError
from perfagent.tools.sandbox import Command, Limits, Mount, open_sandbox
from perfagent.tools.sandbox.docker_engine import connected
from perfagent.tools.sandbox.owners import read_records

SETUP = """
echo building; cp -r package $VIRTUAL_ENV/lib/python3*/site-packages/
echo 42 > package/_version.py; mkdir build; touch build/x
"""


@pytest.fixture
def tree(tmp_path):
    package = tmp_path / "tree" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (tmp_path / "tree" / "setup.py").write_text("# nothing")
    return tmp_path / "tree"


@contextlib.contextmanager
def image_removed(environment):
    """Docker keeps environments outside of the cache folder."""
    yield environment
    if environment.image:
        with connected() as client:
            client.images.remove(environment.image)


def test_an_environment_is_built_once_and_the_code_runs_in_it(kind, tree, tmp_path):
    before = sorted(tree.rglob("*"))
    cache = tmp_path / "cache"
    said: list[str] = []
    with image_removed(build_environment(kind, tree, cache=cache, setup=SETUP, say=said.append)) as built:
        again = build_environment(kind, tree, cache=cache, setup=SETUP)

        assert not built.cached and again.cached and again.key == built.key and "building" in built.log
        assert again.overlay == built.overlay and again.roots == built.roots == (".",)
        assert any("setup command" in line for line in said) and sorted(tree.rglob("*")) == before
        files = [path for path in built.overlay.rglob("*") if path.is_file()]
        assert [str(path.relative_to(built.overlay)) for path in files] == ["package/_version.py"]
        with open_sandbox(
            kind, mounts=[Mount(tree, "/tree")], environment=again, limits=Limits(), run_id="t"
        ) as sandbox:
            script = "import os, package, platform, sys; print(sys.prefix, platform.python_version())"
            script += "; print(os.path.exists(package.__cached__))"
            ended = sandbox.execute(Command(("python", "-c", script), "/tmp"))
            assert ended.stdout.split() == [again.python.removesuffix("/bin/python"), again.version, "True"]


def test_a_failing_setup_leaves_nothing_and_tells_why(kind, tree, tmp_path):
    with pytest.raises(BuildError, match="error: no such thing") as caught:
        build_environment(kind, tree, cache=tmp_path / "cache", setup="echo error: no such thing; exit 1")

    assert "--setup" in caught.value.remedy
    assert {path.suffix for path in (tmp_path / "cache/environments").iterdir()} == {".lock"}


@pytest.mark.bubblewrap
def test_a_contained_build_cannot_write_elsewhere(tree, tmp_path):
    (tmp_path / "mine").write_text("whole")
    setup = f"echo broken > {tmp_path}/mine; touch $VIRTUAL_ENV/here"
    built = build_environment("bubblewrap", tree, cache=tmp_path / "cache", setup=setup)

    assert built.prefix is not None
    assert (tmp_path / "mine").read_text() == "whole" and (built.prefix / "here").exists()


@pytest.mark.bubblewrap
def test_a_contained_build_reaches_no_other_build_and_nothing_through_links(tree, tmp_path):
    cache, mine = tmp_path / "cache", tmp_path / "mine"
    for name in ("environments/other", "findings", "built", "uv", "pip"):
        (cache / name).mkdir(parents=True)
    mine.write_text("whole")
    poison = f"for place in environments/other findings built uv pip; do touch {cache}/$place/poison; done"
    links = f"for name in constraints.txt scratch/passwd; do ln -sf {mine} ../$name; done; true"
    build_environment("bubblewrap", tree, cache=cache, setup=f"{poison}; {links}", packages=("pip",))

    assert not list(cache.rglob("poison")) and mine.read_text() == "whole"


BACKEND = """
import contextlib, pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    for place in PLACES:
        with contextlib.suppress(OSError):
            pathlib.Path(place, "poison").touch()
    name, info = f"{NAME}-1-py3-none-any.whl", f"{NAME}-1.dist-info"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr(f"{NAME}.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: 1\\n{NEEDS}")
        kind = "Root-Is-Purelib: true\\nTag: py3-none-any"
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\\nGenerator: t\\n{kind}\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""


def project(folder: Path, name: str, *, needs: str = "", places: tuple[str, ...] = ()) -> Path:
    """A project whose build is code of its own."""
    folder.mkdir(exist_ok=True)
    needed = f"Requires-Dist: {needs}\\n" if needs else ""
    (folder / "backend.py").write_text(f"NAME, NEEDS, PLACES = {name!r}, '{needed}', {places!r}\n{BACKEND}")
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "1"\ndependencies = {[needs] if needs else []}\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return folder


@pytest.mark.bubblewrap
def test_a_dependency_that_is_built_cannot_reach_what_builds_share(tree, tmp_path, monkeypatch):
    cache, index = tmp_path / "cache", tmp_path / "index"
    hostile = project(tmp_path / "perfagent_hostile-1", "perfagent_hostile", places=(f"{cache}/uv", f"{cache}/pip"))
    index.mkdir()
    shutil.make_archive(str(index / hostile.name), "gztar", tmp_path, hostile.name)
    project(tree, "perfagent_harmless", needs="perfagent_hostile")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    built = build_environment("bubblewrap", tree, cache=cache)

    assert built.prefix is not None and list(built.prefix.glob("lib/python3*/site-packages/perfagent_hostile.py"))
    assert not list(cache.rglob("poison"))


@pytest.mark.bubblewrap
def test_a_contained_build_is_bounded_and_leaves_no_group(tree, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(build_environment, "bubblewrap", tree, cache=tmp_path, setup="sleep 2")
        bounds: set[str] = set()
        groups: set[Path] = set()
        while not building.done():
            for _, record in read_records():
                if record.run_id == "build" and record.owner.pid == os.getpid():
                    groups.update(map(Path, record.cgroups))
                    for group in record.cgroups:
                        with contextlib.suppress(OSError):  # of another controller, or gone with its step
                            bounds.add((Path(group) / "pids.max").read_text().strip())
            time.sleep(0.1)
        building.result()
    if not groups:
        pytest.skip("control groups cannot be made here")
    assert bounds == {str(BUILD_PROCESSES)} and not any(group.exists() for group in groups)


def test_a_replaced_overlay_is_refused(kind, tree, tmp_path):
    with pytest.raises(BuildError, match="replaced the folder"):
        build_environment(kind, tree, cache=tmp_path, setup="rm -r ../overlay; ln -s tree ../overlay")


@pytest.mark.docker
def test_an_interpreter_of_the_host_stands_in_for_one_the_base_image_lacks(tree, tmp_path):
    others = (query(path) for path in candidates())
    found = next((it for it in others if it and it.minor != 11 and not it.path.startswith("/usr/")), None)
    if found is None:
        pytest.skip("this machine has no Python but the base image's")

    wanted = f"3.{found.minor}"
    with image_removed(build_environment("docker", tree, cache=tmp_path, setup="true", python=wanted)) as built:
        assert built.version == found.version
        with open_sandbox("docker", mounts=[], environment=built, limits=Limits(), run_id="t") as sandbox:
            script = "import json, os, ssl, sqlite3, sys; print(os.path.exists(json.__cached__), sys.version)"
            ended = sandbox.execute(Command(("python", "-c", script), "/tmp"))
    assert ended.stdout.startswith(f"True {found.version}"), ended.stderr


@pytest.mark.docker
def test_a_python_nobody_has_is_one_line(tree, tmp_path):
    with pytest.raises(BuildError, match=r"^no image has Python 3.5 \(.*no Python 3.5 is here\)") as caught:
        build_environment("docker", tree, cache=tmp_path, setup="true", python="3.5")
    assert "--image" in caught.value.remedy


def test_credentials_of_an_index_reach_the_build_and_nothing_that_stays(kind, tree, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hush-9f3a@localhost/simple")
    setup = 'test "$PIP_INDEX_URL" = https://me:hush-9f3a@localhost/simple && echo "from $PIP_INDEX_URL"'
    with image_removed(build_environment(kind, tree, cache=tmp_path, setup=setup)) as built:
        assert "from https://***@localhost/simple" in built.log
        kept = [path for path in (tmp_path / "environments").rglob("*") if path.is_file()]
        assert not any(b"hush-9f3a" in path.read_bytes() for path in kept)
        with open_sandbox(kind, mounts=[], environment=built, limits=Limits(), run_id="t") as sandbox:
            assert "hush-9f3a" not in sandbox.execute(Command(("env",), "/tmp")).stdout
        if built.image:
            with connected() as client:
                assert "hush-9f3a" not in str(client.images.get(built.image).history())
                assert "hush-9f3a" not in str(client.images.get(built.image).attrs)
