"""Make a SWE-Perf-format set: `python -m perfagent.benchmarks.gso_swe_perf.conversion --help`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.conversion.converting import convert
from perfagent.benchmarks.gso_swe_perf.datasets import load
from perfagent.benchmarks.gso_swe_perf.places import Repositories
from perfagent.tools.errors import PerfagentError


def main() -> None:
    """Read the arguments and convert."""
    parser = ArgumentParser(description="Make a SWE-Perf-format set from rows of GSO or SWE-fficiency.")
    parser.add_argument("--dataset", required=True, help="rows: .jsonl, .json or .parquet")
    parser.add_argument("--from", dest="kind", choices=("gso", "swefficiency"), required=True)
    parser.add_argument("--repositories", action="append", default=[], help="folder with histories, or an address")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="only these instances")
    parser.add_argument("--out", type=Path, required=True, help="folder for swe_perf.jsonl and repositories/")
    given = parser.parse_args()
    try:
        instances = [i for i in load(given.kind, given.dataset) if not given.only or i.instance_id in given.only]
        given.out.mkdir(parents=True, exist_ok=True)
        rows = convert(instances, Repositories(given.repositories, given.out / ".cache"), given.out)
    except PerfagentError as error:
        sys.exit(f"perfagent: {error}")
    sys.stdout.write(f"{len(instances)} rows in {rows}\n")


if __name__ == "__main__":
    main()
