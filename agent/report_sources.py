"""What a finished run's reports are drawn from, in its folder: result.json, samples.json and difference.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from perfagent.agent.reproducing import FOLDER, Reproduction
from perfagent.agent.services import Services
from perfagent.agent.state import Verdict
from perfagent.agent.verify.profiling import profiled
from perfagent.agent.verify.samples import samples_of
from perfagent.tools.errors import PerfagentError
from perfagent.tools.report import ProfileDifference, Record, Result, Samples

RESULT, SAMPLES, DIFFERENCE = "result.json", "samples.json", "difference.json"

_Document = TypeVar("_Document", bound=Record)


@dataclass(frozen=True, slots=True)
class Sources:
    """One run's documents.

    Attributes:
        samples, difference: None where the run was made before they were kept; of a run that measured nothing there is
            no difference either.
    """

    result: Result
    samples: Samples | None = None
    difference: ProfileDifference | None = None


def sources(folder: Path, result: Result | None = None) -> Sources:
    """The documents of a finished run, or of one whose result is all but written.

    Raises:
        PerfagentError: it has not ended, or a document is not of this version of perfagent.
    """
    result = result or read_document(folder / RESULT, Result)
    if result is None:
        raise PerfagentError(
            f"the run {folder.name} has not ended", f"go on with `perfagent resume {folder.name}`", code="PA006"
        )
    return Sources(
        result, read_document(folder / SAMPLES, Samples), read_document(folder / DIFFERENCE, ProfileDifference)
    )


def keep_sources(services: Services, judged: Mapping[str, Verdict], base: str, head: Path | None) -> None:
    """Write samples.json and, where something was measured, difference.json; a resumed run profiles nothing again.

    Args:
        judged: verdicts by subject, as `JudgedSamples` names them; the last is the whole.
        base: the commit that it was measured against.
        head: the tree that was measured; None where no check let it come so far.
    """
    folder = services.folder
    folder.write(SAMPLES, samples_of(services, judged).to_json() + "\n")
    if head is None:
        return

    def profile() -> object:
        trees = {"baseline": services.lab.tree(base), "candidate": head}
        return profiled(services, trees).model_dump(mode="json", by_alias=True)

    # The tree's name is a digest of all that made it.
    difference = ProfileDifference.model_validate(folder.step(f"difference-{base[:16]}-{head.name}", profile))
    folder.write(DIFFERENCE, difference.to_json() + "\n")


def keep_reproduction(services: Services, found: Reproduction) -> None:
    """Write the files that the commands name."""
    (services.folder.path / FOLDER).mkdir(exist_ok=True)
    for name, data in found.files.items():
        services.folder.write(f"{FOLDER}/{name}", data.decode("utf-8", "surrogateescape"))


def read_document(file: Path, kind: type[_Document]) -> _Document | None:
    """One of a run's documents; None where there is none.

    Raises:
        PerfagentError: it is not of this version of perfagent.
    """
    try:
        return kind.model_validate_json(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise PerfagentError(
            f"{file} is not of this version of perfagent ({where}: {first['msg']})",
            "read it with the version that wrote it",
            code="PA008",
        ) from error
