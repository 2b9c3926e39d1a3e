"""Records real run times of identical code, and plays them back to acceptance rules.

A recording is a sequence of fresh processes, each of which times its body many times over on both clocks. A
comparison is cut out of it as a window of neighbours, which keeps drift, bursts and what belongs to a process as they
were; a gain is put into the candidate by dividing its times.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Literal

from perfagent.benchmarks.verdicts.noise import Machine

Clock = Literal["cpu", "wall"]

BODIES: Mapping[str, str] = {
    "pure Python": "total = 0\n    for number in range(40_000):\n        total += number * number % 7",
    "allocation": "rows = [{'key': str(number), 'row': [number] * 8} for number in range(5_000)]",
    "compiler": "compile(SOURCE, 'argparse', 'exec')",
}
"""Bodies of some milliseconds whose noise differs: a loop, the allocator, and the interpreter's own C code."""

VALUES = 40
"""Repetitions of the body in one process: what the tools that stay in one process look at."""

PROGRAM = """\
import argparse, inspect, json, time
SOURCE = inspect.getsource(argparse)[:40_000].rpartition("\\nclass ")[0]
def body():
    {body}
values = []
for _ in range({values}):
    wall, cpu = time.perf_counter(), time.process_time()
    body()
    values.append((round(time.process_time() - cpu, 7), round(time.perf_counter() - wall, 7)))
print(json.dumps(values))
"""


@dataclass(frozen=True, slots=True)
class Recording:
    """Run times of identical code on one clock.

    Attributes:
        name: workload and clock.
        processes: seconds of each repetition, process by process, in the order they ran.
    """

    name: str
    processes: tuple[tuple[float, ...], ...]

    def machine(self, speedup: float, seed: str) -> Machine:
        """Plays a window of the recording that begins anywhere in it."""
        return RecordedMachine(self, speedup, random.Random(seed).randrange(len(self.processes)))


class RecordedMachine(Machine):
    """Plays a recording from one process on, round and round.

    Args:
        recording: what to play.
        speedup: put into the candidate's times.
        start: number of the first process.
    """

    def __init__(self, recording: Recording, speedup: float, start: int) -> None:
        super().__init__(speedup)
        self._recording = recording
        self._next = start

    def process(self, count: int) -> list[float]:
        """The next process: its mean when one value is wanted, else its first repetitions."""
        values = self._recording.processes[self._next % len(self._recording.processes)]
        self._next += 1
        return [fmean(values)] if count == 1 else list(values[:count])


def record(processes: int, note: Callable[[str], None]) -> dict[str, list[list[tuple[float, float]]]]:
    """Run every body in fresh processes, one after the other: body -> process -> repetition -> (cpu, wall) seconds.

    Raises:
        subprocess.CalledProcessError: a body fails.
    """
    found: dict[str, list[list[tuple[float, float]]]] = {}
    for name, body in BODIES.items():
        note(f"recording {processes} processes: {name}")
        program = PROGRAM.format(body=body, values=VALUES)
        found[name] = [_values(program) for _ in range(processes)]
    return found


def _values(program: str) -> list[tuple[float, float]]:
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return [(cpu, wall) for cpu, wall in json.loads(done.stdout)]


def save(recorded: Mapping[str, list[list[tuple[float, float]]]], path: Path) -> None:
    """Write a recording with what is known of the machine; compressed, as it is mostly digits."""
    load = os.getloadavg()[0]
    known = {"python": sys.version.split()[0], "cores": os.cpu_count(), "load": round(load, 1), "bodies": recorded}
    # Without a time in its head the same recording is the same file.
    path.write_bytes(gzip.compress(json.dumps(known).encode(), mtime=0))


def load(path: Path, clock: Clock) -> list[Recording]:
    """The recordings of a file on one clock.

    Raises:
        OSError, ValueError: it is no recording.
    """
    bodies = json.loads(gzip.decompress(path.read_bytes()))["bodies"]
    place = ("cpu", "wall").index(clock)
    return [
        Recording(f"{name}, {clock}", tuple(tuple(both[place] for both in process) for process in bodies[name]))
        for name in bodies
    ]
