"""The timed pairs behind a result, as a document of its own that anybody can recompute the figures from."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from perfagent.tools.report.measured import Record

SAMPLES_SCHEMA = "perfagent/samples/1"


class SampleSeries(Record):
    """One benchmark's pairs, in the order they were measured.

    Attributes:
        metric: what was judged: `cpu`, `wall`, `adjusted` (seconds of one execution of the body) or `memory` (bytes).
        baseline, candidate: its cost on each side; the same length, one entry a pair.
        baseline_first: what the coin said of each pair.
    """

    benchmark: str
    metric: str
    target: bool = True
    baseline: tuple[float, ...]
    candidate: tuple[float, ...]
    baseline_first: tuple[bool, ...] = ()


class JudgedSamples(Record):
    """The pairs of one verdict.

    Attributes:
        subject: a patch's id; `branch` for a run's whole branch, `patch` for verify, `head` for compare.
        stage: `confirm` decided it, by a sequential test; `publish` are the fresh pairs its figures come from.
    """

    subject: str
    stage: Literal["confirm", "publish"]
    series: tuple[SampleSeries, ...]


class Samples(Record):
    """Every timed pair a run's verdicts rest on.

    Attributes:
        judged: by subject and stage; the whole branch of a run with one patch rests on that patch's pairs, which are
            not repeated under `branch`.
        identical: pairs of the baseline with itself, taken before anything was judged: the noise here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: str = Field(default=SAMPLES_SCHEMA, alias="schema")
    run_id: str
    judged: tuple[JudgedSamples, ...] = ()
    identical: tuple[SampleSeries, ...] = ()

    def to_json(self) -> str:
        """The document as text, by its published names."""
        return self.model_dump_json(by_alias=True)
