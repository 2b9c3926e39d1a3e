"""The process inside the sandbox that runs commands, holds the clocks and leaves no process behind.

Started as `python3 -I runner.py CONFIG` by any Python from 3.7 on: one file (so that it can be shown to any sandbox),
standard library only, single-threaded. It says `{"ready": true}`, then answers each JSON line on standard input with
one on standard output (bytes travel as base64). At end of input it kills what runs and exits: a host that dies takes
its commands with it.

CONFIG: `contained` (nothing but the sandbox's own processes is visible), `environ` (what every command gets beside its
own), `output_bytes` (kept of each stream), `rlimits` (`{"RLIMIT_FSIZE": bytes, ...}`), `cpus` (the cores to use, or
null), `oom_files` (cgroup files with an `oom_kill N` line), `fleeting` (folders that each command finds empty).

Nothing a command leaves is found by the next one, lest a sample be slowed by another side's or spare itself work with a
result of an earlier one: when all its processes are dead, the fleeting folders are emptied and, where `contained` says
that they are the sandbox's own, so are the kernel's stores that outlive a process: System V IPC and keyrings. POSIX
message queues cannot be listed, so none can be made.

Marks. A command with `marks` finds `PERFAGENT_MARKS="READFD,WRITEFD"` in its environment. It writes `S name` and a
newline and blocks reading one byte; meanwhile the clocks are read here, wall last, and the byte is sent. After the
timed body it writes `E loops name`; here wall is read first, then the others, then the byte is sent. Every line gets
its byte, faulty ones too. Only one process may mark, the one started directly or, of a server, the child announced:
the CPU clock is that process's (its threads, not its children), by the kernel's per-process clock id `~pid << 3 | 2`
(CPUCLOCK_SCHED, Linux include/linux/posix-timers.h). Run delay is the second field of /proc/PID/schedstat (Linux
Documentation/scheduler/sched-stats.rst): the main thread's alone.

Forks. A command with `forks` is a server, started once and forked once for each of them, one after the other. A fork
has a `line`, a `timeout_s` and a list `collect`; the command's own `timeout_s` is for each forking. The server reads
the line on standard input, forks twice and lets the one in between end, so that the grandchild becomes the runner's
child; waits for the one in between; then it writes the mark `C pid`, which is accepted only of a child of the runner
that is not the server, and once for each fork. The byte that answers goes to that child, which reads it before it does
anything. From then on the child is timed, marked, waited for and reported on like a command started directly. When it
has ended, whatever else it left is killed, what it did not read is taken out of the pipes, and the next line is
written; after the last one the server is killed. The reply is `{"forks": [report, ...]}`, shorter than asked for when
the server died or forked no more.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import re
import resource
import select
import signal
import stat
import subprocess
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, Set, Tuple

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 36, 38
COLLECT_BYTES = 64 * 2**20  # a profile or a result; more is a mistake
CHUNK = 1 << 16  # the kernel's default pipe capacity
LINE_BYTES, NAMES, NOTES = 1 << 13, 10_000, 50  # bounds on what a hostile command can make the runner hold
RLIMIT_MSGQUEUE = 12  # asm-generic/resource.h; `resource` may lack it
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}  # each kernel's syscall table
KEYCTL_CLEAR, KEYRINGS = 7, (-4, -5)  # linux/keyctl.h: the user's keyring, and the user's of sessions
KILLS = 2000  # tries, half a millisecond apart, to leave nothing but the server alive
READABLE = select.POLLIN | select.POLLHUP | select.POLLERR

Json = Dict[str, Any]


class HostGone(Exception):
    """Standard input has ended: nobody waits for answers any more."""


LIBC = ctypes.CDLL(None)
CORES = os.sched_getaffinity(0)
WAKE = os.pipe()  # signals arrive here as bytes, so that poll wakes up for a child's end too
NULL = os.open(os.devnull, os.O_RDWR)


def prctl(option: int, value: int) -> None:
    """Best effort: a kernel that refuses only makes the sandbox a little less tidy."""
    LIBC.prctl(option, value, 0, 0, 0)


def read_text(path: str) -> str:
    """The text of a /proc or cgroup file; empty when it cannot be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def write_text(path: str, text: str) -> None:
    """Write a /proc file, where that is allowed."""
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    except OSError:
        pass


def set_limits(rlimits: Dict[str, int]) -> None:
    """Bound ourselves, and by that every command, by limits named as in `resource`."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(RLIMIT_MSGQUEUE, (0, 0))
    for name, value in rlimits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (least, least))


def run_delay_ns(schedstat: str) -> int:
    """Nanoseconds spent runnable but waiting for a core."""
    fields = schedstat.split()
    return int(fields[1]) if len(fields) > 1 else 0


class Capture:
    """The first and the last half of `limit` bytes of a stream that may be endless."""

    def __init__(self, limit: int) -> None:
        self.half = limit // 2
        self.head = bytearray()
        self.tail = bytearray()
        self.dropped = 0

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        room = max(self.half - len(self.head), 0)
        self.head += data[:room]
        self.tail += data[room:]
        # Cut only now and then, so that an endless stream costs no copy for each read.
        if len(self.tail) > 2 * self.half + CHUNK:
            self.trim()

    def trim(self) -> None:
        """Forget all but the last half."""
        excess = max(len(self.tail) - self.half, 0)
        del self.tail[:excess]
        self.dropped += excess

    def value(self) -> bytes:
        """What is kept, with a line that says how much is not."""
        self.trim()
        gap = b"\n[... %d bytes left out ...]\n" % self.dropped if self.dropped else b""
        return bytes(self.head) + gap + bytes(self.tail)


class Marks:
    """The clocks' side of the mark protocol for one command."""

    def __init__(self, pid: int, reader: int, writer: int, notes: List[str], server: int = 0) -> None:
        """The marks of process `pid`, or, with 0, of a child that the server is going to announce."""
        self.pid, self.server, self.schedstat = 0, server, -1
        self.reader, self.writer, self.notes = reader, writer, notes
        self.rest = b""
        self.started: Dict[bytes, Tuple[int, int, int]] = {}
        self.sums: Dict[bytes, List[int]] = {}
        self.spoiled: Set[bytes] = set()
        if pid:
            self.follow(pid)

    def follow(self, pid: int) -> None:
        """Read this process's clocks from now on."""
        self.pid, self.clock = pid, ~pid << 3 | 2
        path = "/proc/%d/schedstat" % pid
        # Kernels may be built without it: no run delay is known then.
        self.schedstat = os.open(path if os.path.exists(path) else os.devnull, os.O_RDONLY)

    def serve(self) -> bool:
        """Answer what was written; False when there is nothing, at the moment or any more."""
        wall = time.monotonic_ns()
        try:
            data = os.read(self.reader, CHUNK)
        except BlockingIOError:
            return False
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()[: LINE_BYTES + 1]
        for line in lines:
            try:
                self.take(line, wall)
            except (ValueError, OSError) as error:
                self.note("mark dropped: %r (%s)" % (line[:200], error))
        return bool(data)

    def take(self, line: bytes, wall: int) -> None:
        """One mark; `wall` was read before anything else was done about it.

        Raises:
            OSError, ValueError: it is faulty.
        """
        kind, _, name = line.partition(b" ")
        try:
            if kind == b"C":
                self.announce(int(name))
                return
            if not self.pid:
                raise ValueError("of a server that has no child")
            delay = self.delay()
            cpu = time.clock_gettime_ns(self.clock)
            if kind == b"S":
                wall = time.monotonic_ns()
        finally:
            os.write(self.writer, b".")
        if len(line) > LINE_BYTES or len(self.sums) + len(self.started) + len(self.spoiled) > NAMES:
            raise ValueError("too long, or too many")
        if kind == b"S":
            self.start(name, (wall, cpu, delay))
        elif kind == b"E":
            loops, _, name = name.partition(b" ")
            self.stop(name, int(loops), (wall, cpu, delay))
        else:
            raise ValueError("neither S, E nor C")

    def announce(self, pid: int) -> None:
        """A server has a child: take it over."""
        if self.pid or pid == self.server or parent(pid) != os.getpid():
            raise ValueError("no new child of ours")
        self.follow(pid)

    def delay(self) -> int:
        """Run delay of the process so far, nanoseconds."""
        return run_delay_ns(os.pread(self.schedstat, 100, 0).decode())

    def start(self, name: bytes, now: Tuple[int, int, int]) -> None:
        """A span begins."""
        if name in self.started:
            self.spoiled.add(name)
            raise ValueError("started twice")
        self.started[name] = now

    def stop(self, name: bytes, loops: int, now: Tuple[int, int, int]) -> None:
        """A span ends and is added to its name's sum."""
        then = self.started.pop(name, None)
        if then is None or loops < 1:
            self.spoiled.add(name)
            raise ValueError("ended without a start, or without a loop")
        total = self.sums.setdefault(name, [0, 0, 0, 0])
        for i, value in enumerate((loops, *(b - a for a, b in zip(then, now)))):  # noqa: B905 - 3.7 knows no strict
            total[i] += value

    def note(self, text: str) -> None:
        """Say something to the caller, within reason."""
        if len(self.notes) < NOTES:
            self.notes.append(text)

    def spans(self) -> List[Json]:
        """The spans nothing was wrong with; a name with one bad mark is dropped whole."""
        for name in self.started:
            self.note("mark never ended: %r" % name[:200])
        bad = self.spoiled | set(self.started)
        return [
            {
                "name": name.decode("utf-8", "replace"),
                "loops": loops,
                "wall_s": wall / 1e9,
                "cpu_s": cpu / 1e9,
                "run_delay_s": delay / 1e9,
            }
            for name, (loops, wall, cpu, delay) in self.sums.items()
            if name not in bad
        ]

    def close(self) -> None:
        """Give back what was opened here."""
        if self.pid:
            os.close(self.schedstat)


def parent(pid: int) -> int:
    """The parent of a process that is not yet buried; 0 of any other."""
    # The name in parentheses may itself hold spaces and parentheses.
    fields = read_text("/proc/%d/stat" % pid).rpartition(")")[2].split()
    return int(fields[1]) if fields else 0


def descendants() -> List[int]:
    """Every process below this one, parents before children."""
    known: Dict[int, List[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            known.setdefault(parent(int(entry)), []).append(int(entry))
    found, todo = [], [os.getpid()]
    while todo:
        below = known.get(todo.pop(), [])
        found += below
        todo += below
    return found


def kill(pids: List[int]) -> None:
    """Kill those that are there and may be killed."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def kill_all(contained: bool) -> None:
    """Kill and reap every descendant.

    This process is the subreaper of all of them: what escaped by a double fork or by setsid becomes its child
    when its parent dies, so none is left exactly when wait says that there is no child.
    """
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        # Where only our own are visible the kernel kills all in one go: a fork bomb cannot outrun that.
        kill([-1] if contained else descendants())
        time.sleep(0.0005)


def bury(awaited: Tuple[int, ...]) -> int:
    """Reap whoever has ended but those awaited; the first of these that has, or 0."""
    while True:
        try:
            state = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return 0
        if state is None:
            return 0
        if state.si_pid in awaited:
            return int(state.si_pid)
        os.waitpid(state.si_pid, 0)


def kill_others(server: int) -> bool:
    """Kill and reap every descendant but the server; False when it is dead too, or the others outrun us."""
    for _ in range(KILLS):
        if bury((server,)):
            return False
        alive = descendants()
        if server not in alive:
            return False
        if len(alive) == 1:
            return True
        kill([pid for pid in alive if pid != server])
        time.sleep(0.0005)
    return False


class Leftovers:
    """What a command may leave behind: it is removed when all its processes are dead, and before the first one."""

    def __init__(self, config: Json) -> None:
        self.contained: bool = config["contained"]
        fleeting = [os.fsencode(path) for path in config["fleeting"]]
        mounted = mount_points()
        # What a mount below hangs on stays, and is emptied by itself.
        hooks = {hook for folder in fleeting for point in mounted for hook in between(folder, point, mounted)}
        self.folders = {path: stat.S_IMODE(os.stat(path).st_mode) for path in (*fleeting, *hooks)}
        self.stays = mounted | hooks
        self.keyctl = KEYCTL.get(os.uname().machine, 0) if self.contained else 0

    def remove(self) -> None:
        """Leave nothing.

        Raises:
            OSError: something cannot be removed, although nobody holds it.
        """
        for folder, mode in self.folders.items():
            try:
                empty(folder, mode, self.stays)
            except OSError:
                if self.contained:
                    raise
        if self.contained:
            for kind in ("shm", "sem", "msg"):
                control = getattr(LIBC, kind + "ctl")
                for line in read_text("/proc/sysvipc/" + kind).splitlines()[1:]:
                    control(int(line.split()[1]), 0, 0)  # IPC_RMID is 0, and a semaphore set is removed by any number
        if self.keyctl:
            for keyring in KEYRINGS:
                LIBC.syscall(self.keyctl, KEYCTL_CLEAR, keyring)


def mount_points() -> Set[bytes]:
    """Where something is mounted here; mountinfo writes some characters in octal (proc(5))."""
    with open("/proc/self/mountinfo", "rb") as file:
        return {re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1], 8)]), line.split()[4]) for line in file}


def between(folder: bytes, point: bytes, mounted: Set[bytes]) -> List[bytes]:
    """The folders that lead from one to a mount point below it; none where another mount stands in between."""
    found: List[bytes] = []
    while point.startswith(folder + b"/"):
        point = os.path.dirname(point)
        if point == folder:
            return found
        if point in mounted:
            break
        found.append(point)
    return []


def empty(folder: bytes, mode: int, stays: Set[bytes]) -> None:
    """Remove all that is in a folder but what stays, and what was noted on the folder itself; no link is followed.

    Folders are moved up before their parent goes, so that none is too deep for a path or for recursion.
    """
    try:
        os.chmod(folder, mode)
        os.utime(folder, (0, 0))
        for name in os.listxattr(folder):
            if name.startswith("user."):
                os.removexattr(folder, name)
    except OSError:  # it is another's, who let nobody change it
        pass
    while True:
        entries = [entry for entry in os.scandir(folder) if entry.path not in stays]
        if not entries:
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                dissolve(entry.path, folder)
            else:
                os.unlink(entry.path)


def dissolve(path: bytes, to: bytes) -> None:
    """Remove a folder and its files; its own folders go to another one."""
    os.chmod(path, 0o700)
    for entry in list(os.scandir(path)):
        if entry.is_dir(follow_symlinks=False):
            os.chmod(entry.path, 0o700)  # to be moved it must be writable
            os.rename(entry.path, os.path.join(to, os.urandom(16).hex().encode()))
        else:
            os.unlink(entry.path)
    os.rmdir(path)


class Job:
    """One command from its start to its report."""

    def __init__(self, request: Json, config: Json, leftovers: Leftovers) -> None:
        self.request, self.config, self.leftovers = request, config, leftovers
        self.stdin = base64.b64decode(request["stdin"] or "")
        self.poll = select.poll()
        self.ours: Set[int] = set()
        self.pid = self.server = 0
        self.renew()
        if request["cpu"] is not None and request["cpu"] not in CORES:
            raise RuntimeError("core %r is not one of ours, %s" % (request["cpu"], sorted(CORES)))

    def renew(self) -> None:
        """Forget what is known of an earlier process."""
        self.notes: List[str] = []
        self.out = {name: Capture(self.config["output_bytes"]) for name in ("stdout", "stderr")}
        self.timed_out = False
        self.oom_kills = self.count_oom_kills()

    def start(self) -> None:
        """Start the command.

        Raises:
            OSError, ValueError: it cannot be started.
        """
        forks = bool(self.request["forks"])
        stdin = os.pipe() if forks or self.request["stdin"] is not None else (NULL, os.dup(NULL))
        stdout, stderr, marks, answers = (os.pipe() for _ in range(4))
        theirs = [stdin[0], stdout[1], stderr[1], answers[0], marks[1]]
        self.ours = {stdin[1], stdout[0], stderr[0], marks[0], answers[1]}
        try:
            self.spawn(*theirs)
        finally:
            if forks:  # the children share these, so each must find them as the first one did
                self.ours.update(theirs)
            else:
                for fd in set(theirs) - {NULL}:
                    os.close(fd)
        self.lent = theirs
        if forks:
            self.server, self.pid = self.pid, 0
        else:
            self.spare()
        self.marks = Marks(self.pid, marks[0], answers[1], self.notes)
        self.streams = {stdout[0]: "stdout", stderr[0]: "stderr"}
        self.readers = {fd: self.out[name] for fd, name in self.streams.items()}
        self.stdin_fd = stdin[1]
        # Poll reports in the order of registration: the clocks come first.
        for fd in (marks[0], WAKE[0], 0, *self.readers):
            self.poll.register(fd, READABLE)
        self.poll.register(self.stdin_fd, select.POLLOUT)
        for fd in (marks[0], answers[1], *self.readers, self.stdin_fd):
            os.set_blocking(fd, False)

    def spawn(self, stdin: int, stdout: int, stderr: int, answers: int, marks: int) -> None:
        """Start the process, on its core; ours is any other one where there is another."""
        environ = dict(self.config["environ"], **self.request["env"])
        if self.request["marks"]:
            os.set_inheritable(answers, True)
            os.set_inheritable(marks, True)
            environ["PERFAGENT_MARKS"] = "%d,%d" % (answers, marks)
        cores = CORES if self.request["cpu"] is None else {self.request["cpu"]}
        os.sched_setaffinity(0, cores)
        self.began = time.monotonic_ns()
        try:
            # subprocess uses vfork (from 3.10 on), several times cheaper than fork, as nothing runs in the
            # child before exec; limits, umask and core are simply inherited. All our descriptors close on
            # exec.
            process = subprocess.Popen(
                self.request["argv"],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=self.request["cwd"],
                env=environ,
                start_new_session=True,
                close_fds=False,
            )
        finally:
            os.sched_setaffinity(0, (CORES - cores) or CORES)
        process.returncode = 0  # waiting is our business: it shall never wait for a pid that is another's by then
        self.pid = process.pid

    def spare(self) -> None:
        """Where memory runs out, the process we wait for is the one to die: neither the runner nor a server."""
        write_text("/proc/%d/oom_score_adj" % self.pid, "1000")

    def forks(self) -> List[Json]:
        """One report for each child of a server; fewer when it died or forked no more."""
        reports: List[Json] = []
        for fork in self.request["forks"]:
            if not self.fork(base64.b64decode(fork["line"])):
                break
            self.wait(fork["timeout_s"])
            reports.append(self.finish(fork["collect"]))
            if not self.settle():
                break
        return reports

    def fork(self, line: bytes) -> bool:
        """Have the server fork; whether there is a child."""
        self.renew()
        self.readers = {fd: self.out[self.streams[fd]] for fd in self.readers}
        self.marks.close()
        self.marks = Marks(0, self.marks.reader, self.marks.writer, self.notes, self.server)
        self.stdin = line
        self.poll.register(self.stdin_fd, select.POLLOUT)
        self.pid, self.began = 0, time.monotonic_ns()
        self.attend(self.request["timeout_s"], lambda: bool(self.marks.pid or bury((self.server,))))
        self.pid, self.began = self.marks.pid, time.monotonic_ns()
        if self.pid:
            self.spare()
        return bool(self.pid)

    def settle(self) -> bool:
        """Leave nothing of the child that ended but its report; whether the server can be forked again."""
        for fd in self.lent:
            os.set_blocking(fd, True)
        answers = self.lent[3]
        unread = select.poll()
        unread.register(answers, select.POLLIN)
        while unread.poll(0):
            os.read(answers, CHUNK)
        self.leftovers.remove()
        return self.server_lives

    def wait(self, timeout_s: float) -> None:
        """Serve the command until it ends or its time is up."""
        self.timed_out = not self.attend(timeout_s, self.ended)

    def attend(self, timeout_s: float, reached: Callable[[], bool]) -> bool:
        """Serve the command until something is reached; False when the time since it began is up before."""
        deadline = self.began + int(timeout_s * 1e9)
        while not reached():
            left = deadline - time.monotonic_ns()
            if left <= 0:
                return False
            for fd, _ in self.poll.poll(left / 1e6 + 1):
                self.serve(fd)
        return True

    def serve(self, fd: int) -> None:
        """One file descriptor is ready."""
        if fd == self.marks.reader:
            if not self.marks.serve():
                self.poll.unregister(fd)
        elif fd in self.readers:
            self.read(fd)
        elif fd == self.stdin_fd:
            self.write_stdin()
        elif fd == WAKE[0]:
            os.read(fd, CHUNK)
        else:
            raise HostGone  # the host sends nothing while a command runs, so this is the end of input

    def read(self, fd: int) -> bool:
        """Take output; False when there is none at the moment or none any more."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        self.readers[fd].feed(data)
        if not data:
            self.poll.unregister(fd)
            del self.readers[fd]
        return bool(data)

    def write_stdin(self) -> None:
        """Feed standard input, close it when all is written or nobody reads."""
        try:
            self.stdin = self.stdin[os.write(self.stdin_fd, self.stdin) :]
        except BrokenPipeError:
            self.stdin = b""
        if not self.stdin:
            self.poll.unregister(self.stdin_fd)
            if not self.server:  # a server waits for its next line
                self.ours.remove(self.stdin_fd)
                os.close(self.stdin_fd)

    def ended(self) -> bool:
        """Whether the command is a zombie; orphans it left to us, and a server, are buried on the way."""
        return bury((self.pid,)) == self.pid

    def finish(self, collect: List[str]) -> Json:
        """End everything the command started and say what it cost."""
        finished = time.monotonic_ns()
        if self.timed_out:
            os.kill(self.pid, signal.SIGKILL)
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        delay = run_delay_ns(read_text("/proc/%d/schedstat" % self.pid))
        _, status, usage = os.wait4(self.pid, 0)
        if self.server:
            self.server_lives = kill_others(self.server)
        if not self.server or not self.server_lives:
            kill_all(self.config["contained"])
        # Whoever could write a mark is dead: what lies in the pipe was never waited for, and has no clock any more.
        while self.marks.serve():
            pass
        for fd in list(self.readers):
            while fd in self.readers and self.read(fd):
                pass
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        cost = {
            "wall_s": (finished - self.began) / 1e9,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "run_delay_s": delay / 1e9,
            "voluntary_switches": usage.ru_nvcsw,
            "peak_rss_bytes": usage.ru_maxrss * 1024,
        }
        return dict(self.report(code, cost), spans=self.marks.spans(), files=self.collect(collect))

    def refusal(self, error: Exception) -> Json:
        """The report on a command that could not be started: 127 when there is no such program, else 126."""
        self.out["stderr"].feed(("cannot start %s: %s\n" % (self.request["argv"][0], error)).encode())
        nothing = dict.fromkeys(("wall_s", "cpu_s", "run_delay_s", "voluntary_switches", "peak_rss_bytes"), 0)
        return self.report(127 if isinstance(error, FileNotFoundError) else 126, nothing)

    def report(self, code: int, usage: Json) -> Json:
        """The reply, but for spans and files."""
        return {
            "exit_code": code,
            "timed_out": self.timed_out,
            "out_of_memory": self.out_of_memory(code),
            "stdout": encode(self.out["stdout"].value()),
            "stderr": encode(self.out["stderr"].value()),
            "truncated": any(capture.dropped for capture in self.out.values()),
            "usage": usage,
            "spans": [],
            "files": {},
            "notes": self.notes,
        }

    def count_oom_kills(self) -> int:
        """How many processes the kernel has killed for memory in this sandbox so far."""
        lines = "".join(read_text(path) for path in self.config["oom_files"]).splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))

    def out_of_memory(self, code: int) -> bool:
        """Whether the kernel killed for memory, or an allocation failed where RLIMIT_AS stands guard."""
        if self.count_oom_kills() > self.oom_kills:
            return True
        if code == 0 or "RLIMIT_AS" not in self.config["rlimits"]:
            return False
        said = self.out["stderr"].value()[-2000:]
        return b"MemoryError" in said or b"bad_alloc" in said

    def collect(self, paths: List[str]) -> Dict[str, str]:
        """The files asked for: regular ones only, lest a link make us read what the command may not."""
        found = {}
        for path in paths:
            try:
                found[path] = encode(read_regular(path))
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                self.notes.append("not collected: %s: %s" % (path, error))
            try:
                os.unlink(path)
            except OSError:
                pass
        return found

    def close(self) -> None:
        """Give every file descriptor back."""
        for fd in self.ours:
            os.close(fd)


def read_regular(path: str) -> bytes:
    """The bytes of a regular file of at most COLLECT_BYTES.

    Raises:
        OSError: it is a link, or cannot be read.
        ValueError: it is something else, or too large.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    with open(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("no regular file")
        if status.st_size > COLLECT_BYTES:
            raise ValueError("%d bytes are too many" % status.st_size)
        return file.read(COLLECT_BYTES)


def encode(data: bytes) -> str:
    """Bytes as they travel in JSON."""
    return base64.b64encode(data).decode("ascii")


def serve(request: Json, config: Json, leftovers: Leftovers) -> Json:
    """Run one command, whatever it does."""
    job = Job(request, config, leftovers)
    try:
        try:
            job.start()
        except (OSError, ValueError) as error:
            return job.refusal(error)
        try:
            if request["forks"]:
                return {"forks": job.forks()}
            job.wait(request["timeout_s"])
            return job.finish(request["collect"])
        finally:
            job.marks.close()
    finally:
        kill_all(config["contained"])
        job.close()
        leftovers.remove()


def requests() -> Iterator[Json]:
    """One request a line until the end of input; read raw: poll does not see what a buffer holds."""
    rest = bytearray()
    while True:
        data = os.read(0, 1 << 20)
        if not data:
            return
        rest += data
        # The host waits for each answer: there is never more than one line.
        if data.endswith(b"\n"):
            yield json.loads(rest)
            rest.clear()


def say(reply: Json) -> None:
    """Write one line, whole."""
    data = memoryview(json.dumps(reply).encode() + b"\n")
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    """Answer requests until the host is gone."""
    config = json.loads(sys.argv[1])
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    os.umask(0o022)
    set_limits(config["rlimits"])
    prctl(PR_SET_DUMPABLE, 0)  # the commands run as the same user: they may not trace who times them
    signal.signal(signal.SIGCHLD, lambda *_: None)
    if config["cpus"]:
        os.sched_setaffinity(0, config["cpus"])
        CORES.intersection_update(config["cpus"])
    for fd in WAKE:
        os.set_blocking(fd, False)
    signal.set_wakeup_fd(WAKE[1], warn_on_full_buffer=False)
    leftovers = Leftovers(config)
    leftovers.remove()
    say({"ready": True})
    for request in requests():
        try:
            say(serve(request, config, leftovers))
        except HostGone:
            return
        except Exception as error:  # noqa: BLE001 - the boundary: whatever broke, the host must hear of it
            say({"error": repr(error)})


if __name__ == "__main__":
    main()
