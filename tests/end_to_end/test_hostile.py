"""Candidates that attack: each is contained, judged in one line, and leaves no process, container or file.

Every case runs in Docker and in bubblewrap, behind a process namespace of its own and under limits that are set first.
None may ever run in the `local` sandbox, or without these limits: it would take the machine down.

The repository is prepared once a sandbox, by `verify` with a harmless patch; each case goes on from a copy of that run
with its own patch, which saves measuring the same baseline two dozen times.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.sandbox.docker_engine import LABEL_RUN, connected

#: MiB, MiB, processes and seconds: small enough that no case can hurt the machine that runs the tests.
LIMITS = {
    "PERFAGENT_MEMORY_LIMIT": "256",
    "PERFAGENT_DISK_LIMIT": "64",
    "PERFAGENT_PROCESS_LIMIT": "64",
    "PERFAGENT_TIME_LIMIT": "4",
}

CORE = "def answer():\n    return sum(range(20000))\n"
TESTS = "from game.core import answer\n\n\ndef test_answer():\n    assert answer() == 199990000\n"
FILES = {
    "game/__init__.py": "",
    "game/core.py": CORE,
    "bench.py": "from game.core import answer\n\n\ndef workload():\n    return answer()\n",
    "tests/test_core.py": TESTS,
    "pyproject.toml": '[project]\nname = "game"\nversion = "1.0"\n',
}

#: Gathers what an attack got hold of; the verdict quotes the last line, so that the test can see it.
TOLD = "    raise RuntimeError(f'got {got}')\n"

FORK_BOMB = """\
    while True:
        try:
            os.fork()
        except OSError:
            pass
"""
MEMORY_BOMB = """\
    kept = []
    while True:
        kept.append(bytearray(2**24))
"""
DEAF_LOOP = """\
    for number in range(1, 65):
        if number not in (9, 19, 32, 33):
            signal.signal(number, signal.SIG_IGN)
    while True:
        pass
"""
DAEMON = """\
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", MARKER])
        os._exit(0)
    os.wait()
    got = "away"
"""
NETWORK = """\
    got = []
    for family, address in ((2, ("127.0.0.1", PORT)), (2, ("1.1.1.1", 53)), (10, ("::1", PORT))):
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(3)
            try:
                line.connect(address)
                got.append(address)
            except OSError:
                pass
    try:
        got.append(socket.gethostbyname("example.org"))
    except OSError:
        pass
"""
WRITER = """\
    got = []
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for place in (here, here + "/../a", "/", "/etc", "/usr/lib", "/var", "/opt", "/dev", "/run", SECRETS):
        try:
            open(place + "/planted", "w").close()
            got.append(place)
        except OSError:
            pass
"""
THIEF = """\
    got = []
    homes = [SECRETS, os.path.expanduser("~"), "/root", "/proc/1/root" + SECRETS, "/proc/self/cwd"]
    names = [home + "/" + name for home in homes for name in (".netrc", ".ssh/id_rsa", ".git/config")]
    for name in [*names, *glob.glob("/proc/*/environ"), *glob.glob("/proc/*/cmdline"), *glob.glob("/run/*")]:
        try:
            text = open(name, errors="replace").read()
        except OSError:
            continue
        if "hush" in text:
            got.append(name)
    got += [name for name, value in os.environ.items() if "hush" in value]
"""
KILL_ALL = """\
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) not in (1, os.getpid()):
                try:
                    os.kill(int(name), number)
                except OSError:
                    pass
    os.kill(-1, signal.SIGKILL)
    time.sleep(60)
"""
# Whatever the host will read, copy, hand over or delete afterwards becomes a link to its secrets.
LINKS = """\
    import sys
    scratch = os.path.abspath(__file__)[:11] + "scratch"
    names = [word for part in sys.argv for word in part.split('"') if word.startswith(scratch)]
    for name in [*names, scratch + "/folder", os.environ["HOME"] + "/folder"]:
        try:
            os.symlink(SECRETS + "/.netrc" if name in names else SECRETS, name)
        except OSError:
            pass
    os._exit(0)
"""
FILLER = """\
    while True:
        for place in PLACES:
            try:
                with open(place + "/%x" % random.getrandbits(64), "wb") as file:
                    for _ in range(32):
                        file.write(bytes(2**20))
            except OSError:
                pass
"""
UNLINKING_FILLER = """\
    kept = []
    while True:
        kept.append(open(PLACES[0] + "/x", "wb"))
        os.unlink(PLACES[0] + "/x")
        for _ in range(32):
            kept[-1].write(bytes(2**20))
"""
SCRATCH = '    PLACES = [os.path.abspath(__file__)[:11] + "scratch"]\n'
MEMORY_PLACES = '    PLACES = ["/tmp", os.environ["HOME"], "/dev/shm"]\n'
IN_A_TEST = '    if "PYTEST_CURRENT_" + "TEST" not in os.environ:\n        return 199990000\n'
TREE = "    PLACES = [os.getcwd()]\n"

#: Name -> body of the function, and what the verdict's one line must say.
ATTACKS = {
    "fork bomb": (FORK_BOMB, "did not end within"),
    "memory bomb": (MEMORY_BOMB, "ran out of memory"),
    "loop deaf to signals": (DEAF_LOOP, "did not end within"),
    "double-forked daemon": (DAEMON + TOLD, "got away"),
    "network": (NETWORK + TOLD, "got []"),
    "writes outside": (WRITER + TOLD, "got []"),
    "looks for keys": (THIEF + TOLD, "got []"),
    "kills all it sees": (KILL_ALL, "killed by signal 9"),
    "plants links": (LINKS, "a benchmark does not run"),
    "fills scratch": (SCRATCH + FILLER, "wrote more to the disk than allowed"),
    "fills scratch unseen": (SCRATCH + UNLINKING_FILLER, "wrote more to the disk than allowed"),
    "fills memory places": (MEMORY_PLACES + FILLER, ""),
    "fills the tree in a test": (IN_A_TEST + TREE + FILLER, "wrote more to the disk than allowed"),
}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, kit: Any) -> Path:
    root = tmp_path_factory.mktemp("target") / "game"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "keys.py").write_text("KEY = 1\n")
    (root / "out").symlink_to(root.parent / "outside")
    kit.git(root, "init", "-q", "-b", "main")
    kit.git(root, "add", "-A")
    kit.git(root, "commit", "-qm", "first")
    return root


@pytest.fixture(scope="module")
def prepared(target: Path, make_perfagent: Any, tmp_path_factory: pytest.TempPathFactory, kit: Any) -> Any:
    """A run of `verify` in a sandbox that has prepared the target, by the sandbox's kind."""
    perfagent = make_perfagent(tmp_path_factory.mktemp("prepared"))
    harmless = kit.diff_of(CORE, f"# The answer.\n{CORE}", "game/core.py")

    @functools.cache
    def prepare(kind: str) -> Path:
        # Of memory, because a busy machine cannot make that too noisy to begin with.
        flags = ("--workload", "script:bench.py", "--sandbox", kind, "--metric", "memory", "--json")
        done = perfagent("verify", target, "--patch", "-", *flags, stdin=harmless, **LIMITS)
        assert "comments or spacing only" in done.json["detail"]
        return Path(done.json["run_dir"])

    return prepare


@pytest.fixture
def listener() -> Iterator[int]:
    """A port on the host's loopback that takes anybody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A home with keys in it."""
    home = tmp_path / "user"
    for name in (".netrc", ".ssh/id_rsa"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("hush\n")
    return home


def attack(body: str, **names: object) -> str:
    """The module with the attack in it."""
    head = "import glob, os, random, signal, socket, time\n\n"
    head += "".join(f"{name} = {value!r}\n" for name, value in names.items())
    return f"{head}\n\ndef answer():\n{body}"


def copied(run: Path, to: Path, patch: str) -> Path:
    """A prepared run that has another patch to judge."""
    shutil.copytree(run, to, symlinks=True)
    for name in ("result.json", "steps/verdict.json"):
        (to / name).unlink()
    asked = json.loads((to / "run.json").read_text())
    asked["arguments"]["patch"] = patch
    (to / "run.json").write_text(json.dumps(asked))
    return to


def test_the_attacks_on_secrets_are_real(secrets: Path, listener: int, tmp_path: Path) -> None:
    found = []
    for body, gone in ((THIEF, "/root"), (NETWORK.replace("got.append(socket.get", "(socket.get"), "1.1.1.1")):
        script = attack(body.replace(gone, "127.0.0.3") + "    print(got)\n", PORT=listener, SECRETS=str(secrets))
        (tmp_path / "attack.py").write_text(script + "\n\nanswer()\n")
        environ = {"HOME": str(secrets), "SECRET_TOKEN": "hush"}
        done = subprocess.run([sys.executable, tmp_path / "attack.py"], env=environ, capture_output=True, check=True)
        found.append(done.stdout.decode())
    assert str(secrets / ".netrc") in found[0] and "SECRET_TOKEN" in found[0]
    assert str(listener) in found[1]


def left_behind(run: Path, temporary: Path, marker: str, kit: Any) -> list[str]:
    """What is still there of a finished run beside its documents."""
    end = time.monotonic() + 10
    while (found := kit.processes_naming(marker)) and time.monotonic() < end:
        time.sleep(0.1)
    with connected() as client:
        found += [str(c.name) for c in client.containers.list(all=True, filters={"label": f"{LABEL_RUN}={run.name}"})]
    found += [str(path) for path in temporary.rglob("*") if path.name != f"perfagent-{os.getuid()}"]
    found += [str(path) for path in (run / "work").iterdir()]
    return list(found)


@pytest.mark.docker
@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("kind", ["docker", pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)])
def test_a_hostile_candidate_is_contained(
    perfagent: Any, prepared: Any, kit: Any, secrets: Path, listener: int, kind: str, name: str
) -> None:
    body, expected = ATTACKS[name]
    marker = str(10**6 + int.from_bytes(os.urandom(4), "big"))
    hostile = attack(body, PORT=listener, SECRETS=str(secrets), MARKER=marker)
    run = copied(prepared(kind), perfagent.home / f"hostile-{marker}", kit.diff_of(CORE, hostile, "game/core.py"))
    environ = {"HOME": str(secrets), "SECRET_TOKEN": "hush", "OPENAI_API_KEY": "hush"}
    before = sorted(secrets.rglob("*"))
    done = perfagent("resume", run, "--json", **environ)
    assert (done.json["verdict"], done.json["pairs"]) == ("tests_failed", 0)
    assert expected in done.json["detail"] and "\n" not in done.json["detail"], done.json["detail"]
    assert "Traceback" not in done.err and "hush" not in done.out + done.err
    assert left_behind(run, perfagent.temporary, marker, kit) == []
    assert before == sorted(secrets.rglob("*")) and (secrets / ".netrc").read_text() == "hush\n"


LINK = "diff --git a/game/a.py b/game/a.py\nnew file mode 120000\n--- /dev/null\n+++ b/game/a.py\n@@ -0,0 +1 @@\n+{}\n"

#: Patches that would reach out of the tree, and why they are turned down. None of them gets as far as running.
REACHING = {
    "a link": (LINK.format("/etc/passwd"), "game/a.py is a symbolic link"),
    "through a link": ("--- a/out/keys.py\n+++ b/out/keys.py\n@@ -1 +1 @@\n-KEY = 1\n+KEY = 2\n", "symbolic link"),
    "upwards": ("--- a/x.py\n+++ b/../../x.py\n@@ -0,0 +1 @@\n+x = 1\n", "is not a path inside"),
    "into git": (
        "--- /dev/null\n+++ b/.git/hooks/x.py\n@@ -0,0 +1 @@\n+x = 1\n",
        "is not a path inside",
    ),
}


@pytest.mark.bubblewrap
@pytest.mark.parametrize("name", REACHING)
def test_a_patch_that_reaches_out_is_turned_down(perfagent: Any, prepared: Any, target: Path, name: str) -> None:
    patch, expected = REACHING[name]
    done = perfagent("resume", copied(prepared("bubblewrap"), perfagent.home / "reaching", patch), "--json")
    assert done.json["verdict"] in ("does_not_apply", "guarded") and done.json["pairs"] == 0
    assert expected in done.json["detail"]
    assert (target.parent / "outside" / "keys.py").read_text() == "KEY = 1\n"


def booby_trapped(root: Path, script: Path, kit: Any) -> None:
    """Plant every kind of program that git would start in a repository."""
    for hook in ("post-checkout", "pre-commit", "post-commit", "post-merge", "reference-transaction", "update"):
        (root / ".git/hooks" / hook).parent.mkdir(exist_ok=True)
        shutil.copy(script, root / ".git/hooks" / hook)
    drivers = [f"filter.{name}.{way}" for name in ("evil", "lfs") for way in ("clean", "smudge", "process")]
    drivers += ["diff.evil.textconv", "diff.evil.command", "merge.evil.driver", "diff.external", "core.fsmonitor"]
    drivers += ["core.sshCommand", "core.pager", "core.editor", "gpg.program", "credential.helper", "core.askPass"]
    for key in (*drivers, "uploadpack.packObjectsHook", "core.alternateRefsCommand", "remote.origin.uploadpack"):
        kit.git(root, "config", key, str(script))
    for key in ("commit.gpgSign", "filter.lfs.required", "submodule.recurse", "fetch.recurseSubmodules"):
        kit.git(root, "config", key, "true")
    kit.git(root, "config", "protocol.ext.allow", "always")
    kit.git(root, "config", f"url.ext::{script} .insteadOf", "/")
    kit.git(root, "config", "include.path", "more")
    (root / ".git/more").write_text(f'[filter "hidden"]\n\tclean = {script}\n\tsmudge = {script}\n')


# Every process of the candidate, before its clock runs, tries to slow the other side or to keep a result for the next.
SLOWS_THE_OTHER = """\
import glob
import importlib.util
import marshal
import os

HERE = os.path.abspath(__file__)
for other in glob.glob(HERE[:11] + "?" + HERE[12:]):
    kept = importlib.util.cache_from_source(other)
    if other != HERE:
        try:
            code = compile(open(other).read().replace("range(20000)", "[*range(20000), *[0] * 20000]"), other, "exec")
            seen = os.stat(other)
            stamp = b"".join(number.to_bytes(4, "little") for number in (0, int(seen.st_mtime), seen.st_size))
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            with open(kept, "wb") as file:
                file.write(importlib.util.MAGIC_NUMBER + stamp + marshal.dumps(code))
        except OSError:
            pass


def answer():
    return sum(range(20000)) + 0
"""
KEEPS_RESULTS = """\
import os

SCRATCH = os.path.abspath(__file__)[:11] + "scratch"
PLACES = ["/tmp", os.path.expanduser("~"), "/dev/shm", os.path.dirname(__file__), SCRATCH]
kept = [place + "/answer" for place in PLACES if os.path.exists(place + "/answer")]
KEPT = int(open(kept[0]).read()) if kept else 0


def answer():
    if KEPT:
        return KEPT
    found = sum(range(20000))
    for place in PLACES:
        try:
            with open(place + "/answer", "w") as file:
                file.write(str(found))
        except OSError:
            pass
    PLACES.clear()
    return found
"""


@pytest.mark.docker
@pytest.mark.parametrize("hostile", [SLOWS_THE_OTHER, KEEPS_RESULTS], ids=["slows the other", "keeps results"])
@pytest.mark.parametrize("kind", ["docker", pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)])
def test_a_candidate_gains_nothing_by_what_its_processes_leave(
    perfagent: Any, target: Path, kit: Any, kind: str, hostile: str
) -> None:
    patch = kit.diff_of(CORE, hostile, "game/core.py")
    flags = ("--workload", "script:bench.py", "--sandbox", kind, "--json")
    done = perfagent("verify", target, "--patch", "-", *flags, stdin=patch)
    assert done.json["verdict"] != "faster" and done.json["pairs"] > 0, done.json


@pytest.mark.bubblewrap
def test_what_is_planted_in_the_repository_never_runs_on_the_host(
    perfagent: Any, finished: Any, tmp_path: Path, kit: Any
) -> None:
    sprung, script, root = tmp_path / "sprung", tmp_path / "evil.sh", tmp_path / "game"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {sprung}\ncat\n')
    script.chmod(0o755)
    shutil.copytree(finished.repository, root, symlinks=True)
    (root / ".gitattributes").write_text("*.py filter=evil diff=evil merge=evil\n*.toml filter=lfs\n* filter=hidden\n")
    (root / ".gitmodules").write_text(f'[submodule "s"]\n\tpath = s\n\turl = ext::{script} x\n')
    kit.git(root, "add", "-A")
    kit.git(root, "update-index", "--add", "--cacheinfo", f"160000,{kit.git(root, 'rev-parse', 'HEAD')},s")
    kit.git(root, "commit", "-qm", "traps")
    booby_trapped(root, script, kit)
    for path in root.glob("*/*.py"):
        path.write_bytes(path.read_bytes())  # stale times make git compare contents, which is when filters run
    sprung.unlink(missing_ok=True)
    broken = kit.diff_of(kit.WORDS, kit.WORDS.replace("return out", "return None"))
    flags = ("--workload", "script:benchmarks/small.py", "--sandbox", "bubblewrap", "--metric", "memory", "--json")
    judged = perfagent("verify", root, "--patch", "-", *flags, stdin=broken)
    assert judged.json["verdict"] == "not_equivalent"
    away = perfagent("apply", finished.result["run_dir"], "--repo", root, status=1)
    assert "transport 'ext' not allowed" in away.said
    kit.git(root, "config", "--remove-section", f"url.ext::{script} ")
    perfagent("apply", finished.result["run_dir"], "--repo", root)
    assert not sprung.exists(), sprung.read_text()
    assert finished.result["branch"] in kit.git(root, "-c", "core.fsmonitor=false", "branch", "--list", "perfagent/*")
    subprocess.run(["git", "-C", root, "status"], check=False, capture_output=True)
    assert sprung.exists()  # the traps are real
