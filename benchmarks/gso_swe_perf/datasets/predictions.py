"""Prediction files: one patch an instance in the three fields that all three benchmarks read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

from pydantic import ValidationError

from perfagent.benchmarks.gso_swe_perf.datasets.hygiene import cleaned
from perfagent.benchmarks.gso_swe_perf.datasets.loading import first_fault
from perfagent.benchmarks.gso_swe_perf.datasets.reading import Row, read_file
from perfagent.benchmarks.gso_swe_perf.records import Prediction
from perfagent.tools.errors import DataError, UsageError

FIELDS = tuple(Prediction.model_fields)
_FORMS = "give a .jsonl or .json file of instance_id, model_patch and model_name_or_path"


def read_predictions(path: Path, known: Collection[str] | None = None) -> dict[str, Prediction]:
    """The predictions of a file by instance id, in its order; the patches as they are.

    Args:
        path: .jsonl, or .json with a list or an object keyed by instance id. Other fields than the three are ignored:
            agents add their own. A patch that is null is an empty one.
        known: ids of the data set's instances; None when they are not to be checked.

    Raises:
        UsageError: there is no such file, or its suffix is another.
        DataError: a row is no prediction, an instance id occurs twice or is none of the known.
    """
    if path.suffix not in (".jsonl", ".json") or not path.is_file():
        raise UsageError(f"there is no file of predictions {path}", _FORMS, code="PA104")
    found: dict[str, Prediction] = {}
    rows: dict[str, int] = {}
    for row in read_file(path):
        prediction = _prediction(path, row)
        name = prediction.instance_id
        if name in found:
            raise DataError(f"{path}, row {row.number} repeats {name} of row {rows[name]}",
                            "one prediction an instance; further attempts belong into files of their own",
                            code="PA902")  # fmt: skip
        found[name], rows[name] = prediction, row.number
    _check_known(path, found, known)
    return found


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Write a .jsonl of predictions, whole or not at all; patches are cleaned (`hygiene.cleaned`).

    Raises:
        DataError: an instance id occurs twice.
    """
    from perfagent.agent.journal import write_atomically

    lines: dict[str, str] = {}
    for prediction in predictions:
        if prediction.instance_id in lines:
            raise DataError(
                f"two predictions for {prediction.instance_id}", "a file holds one an instance", code="PA902"
            )
        document = prediction.model_dump() | {"model_patch": cleaned(prediction.model_patch)}
        lines[prediction.instance_id] = json.dumps(document) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "".join(lines.values()).encode())


def _prediction(path: Path, row: Row) -> Prediction:
    fields = {name: row.fields[name] for name in FIELDS if name in row.fields}
    if fields.get("model_patch", "") is None:
        fields["model_patch"] = ""
    try:
        return Prediction.model_validate(fields)
    except ValidationError as error:
        name = f" ({fields['instance_id']})" if fields.get("instance_id") else ""
        raise DataError(f"{path}, row {row.number}{name}: {first_fault(error)}", _FORMS, code="PA902") from error


def _check_known(path: Path, found: Collection[str], known: Collection[str] | None) -> None:
    strange = [name for name in found if known is not None and name not in known]
    if strange:
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        told = f"{path} is about {', '.join(strange[:3])}{more}, which the data set does not have"
        raise DataError(told, "give the --dataset that the predictions were made for", code="PA902")
