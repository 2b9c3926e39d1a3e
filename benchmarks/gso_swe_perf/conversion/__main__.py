"""Make a SWE-Perf-format set: `python -m perfagent.benchmarks.gso_swe_perf.conversion --help`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.conversion.converting import convert
from perfagent.benchmarks.gso_swe_perf.datasets import load
from perfagent.benchmarks.gso_swe_perf.evaluation.folder import EvaluationFolder
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.places import Repositories
from perfagent.tools.errors import PerfagentError, UsageError


def main() -> None:
    """Read the arguments and convert."""
    parser = ArgumentParser(
        prog="conversion", description="Make a SWE-Perf-format set from rows of GSO or SWE-fficiency."
    )
    parser.add_argument("--dataset", required=True, help="rows: .jsonl, .json or .parquet")
    parser.add_argument("--from", dest="kind", choices=("gso", "swefficiency"), required=True)
    parser.add_argument("--repositories", action="append", default=[], help="folder with histories, or an address")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="only these instances")
    parser.add_argument("--measured", type=Path, help="folder of an evaluation that scored `gold` on this set before")
    parser.add_argument("--out", type=Path, required=True, help="folder for swe_perf.jsonl and repositories/")
    given = parser.parse_args()
    try:
        instances = _chosen(load(given.kind, given.dataset), given.only)
        given.out.mkdir(parents=True, exist_ok=True)
        outcomes = EvaluationFolder(given.measured).outcomes() if given.measured else []
        rows = convert(instances, Repositories(given.repositories, given.out / ".cache"), given.out, outcomes)
    except PerfagentError as error:
        sys.exit(f"perfagent: {error}")
    sys.stdout.write(f"{len(instances)} rows in {rows}\n")


def _chosen(instances: list[Instance], only: Sequence[str]) -> list[Instance]:
    strange = set(only) - {instance.instance_id for instance in instances}
    if strange:
        raise UsageError(
            f"there is no instance {sorted(strange)[0]!r}", "`perfagent eval ... list` names them", code="PA904"
        )
    return [instance for instance in instances if not only or instance.instance_id in only]


if __name__ == "__main__":
    main()
