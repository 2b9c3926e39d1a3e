"""`reference/json.md` and the JSON schemas beside it, of every document that a program may read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from pydantic import BaseModel

from perfagent.reference.markdown import attributes, code, sentence, table

INTRODUCTION = """\
# JSON documents

What `--json` prints and what a run folder holds, for programs.
Each document names its schema with a version: a field is added freely, none is renamed or removed without a new number.
The schemas are JSON Schema (draft 2020-12), to be downloaded: {links}.

Times are in seconds, sizes in bytes, money in USD; a speedup is baseline time over candidate time, so above 1 is
faster.
"""


#: What fields mean that are called the same in every document.
COMMON = {
    "baseline": "commit that was compared with",
    "benchmark": "a benchmark's id",
    "head": "commit that was judged",
    "input_tokens": "tokens of the requests",
    "interval": "95 % bounds of the figure beside it",
    "messages": "remarks, a line each",
    "metric": "what was compared: `cpu`, `wall`, `adjusted` (wall time less scheduler wait) or `memory`",
    "model": "the model's name; null for the catalogue alone",
    "output_tokens": "tokens of the answers",
    "pairs": "pairs measured for the figure",
    "python": "version that the target ran on",
    "repository": "the target, as it was named",
    "run_dir": "the run folder",
    "run_id": "the run's name, by which commands find it",
    "sandbox": "where code ran, and what contained it",
    "schema_": "which schema the document follows, with its version",
    "seconds": "wall time",
    "speedup": "baseline time / candidate time",
    "target": "whether it was named before anything was edited",
    "usd": "price in USD; null when it is unknown",
    "version": "of perfagent",
}


class Document(NamedTuple):
    """A kind of document: what it is called here, the record behind it, and where it comes from."""

    name: str
    record: type[BaseModel]
    origin: str


def kinds() -> tuple[Document, ...]:
    """Every documented kind."""
    from perfagent.tools.report import CalibrationReport, Result
    from perfagent.tools.report.difference import ProfileDifference
    from perfagent.tools.report.samples import Samples

    return (
        Document("result", Result, "`run`, `verify` and `compare` with `--json`; `result.json` in the run folder"),
        Document("calibration", CalibrationReport, "`calibrate --json`; `calibration.json` in the run folder"),
        Document("samples", Samples, "every timed pair behind a result; `samples.json` in the run folder"),
        Document("difference", ProfileDifference, "the profile before and after; `difference.json` in the run folder"),
    )


def documents() -> dict[str, str]:
    """The JSON schema of each kind as text, by its name."""
    return {kind.name: json.dumps(kind.record.model_json_schema(by_alias=True), indent=2) for kind in kinds()}


def page() -> str:
    """The whole page."""
    links = ", ".join(f"[{kind.name}.json](schemas/{kind.name}.json)" for kind in kinds())
    parts, told = [INTRODUCTION.format(links=links)], set[str]()
    for kind in kinds():
        parts += [f"## {kind.name}\n", f"{sentence(kind.origin)}\n"]
        for record in _below(kind.record):
            if record.__name__ not in told:
                told.add(record.__name__)
                parts.append(_record(record, heading=record is not kind.record))
    return "\n".join(parts)


def _below(record: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A record and those that its fields hold, each once, outermost first."""
    waiting, seen = [record], {record}
    while waiting:
        present = waiting.pop(0)
        yield present
        for field in present.model_fields.values():
            for part in _parts(field.annotation):
                if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
                    seen.add(part)
                    waiting.append(part)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _parts(part)


def _record(record: type[BaseModel], *, heading: bool) -> str:
    """A record's first sentence and its fields."""
    text = (record.__doc__ or "").split("\n\n")[0]
    meanings = attributes(record.__doc__ or "")
    schema = record.model_json_schema(by_alias=True)
    # The schema of a record that holds its own kind is a reference to one of its definitions.
    properties = schema.get("properties") or schema["$defs"][record.__name__]["properties"]
    rows = []
    for name, field in record.model_fields.items():
        shown = field.alias or name
        meaning = meanings.get(name) or _meaning(field.annotation) or COMMON.get(name, "")
        rows.append((code(shown), _type(properties[shown]), sentence(meaning)))
    lines = [f"### {record.__name__}\n"] if heading else []
    return "\n".join([*lines, f"{sentence(text)}\n", table(("field", "type", "meaning"), rows), ""])


def _meaning(annotation: Any) -> str:
    """What the record in a field is, for a field of which nothing more is said."""
    records = (part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, BaseModel))
    return next(((record.__doc__ or "").split("\n\n")[0] for record in records), "")


def _type(schema: Mapping[str, Any]) -> str:
    """A field's type, with links to the records it holds."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if "enum" in schema:
        return " or ".join(code(json.dumps(value)) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in cast("list[Mapping[str, Any]]", schema["anyOf"]))
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return _array(schema)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return kind


def _array(schema: Mapping[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(each) for each in schema['prefixItems'])}]"
    return f"list of {_type(schema['items'])}"
