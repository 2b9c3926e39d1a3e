"""The house's rules about who may import whom, read from the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = ["tools", "agent", "benchmarks", "cli", "reference"]
TOOLS = [
    "repository",
    "sandbox",
    "environment",
    "workload",
    "measure",
    "profile",
    "patch",
    "equivalence",
    "rewrite",
    "report",
    "forge",
]
#: These files run inside the sandbox, on old Pythons, with nothing installed.
INSIDE = [
    "tools/sandbox/runner.py",
    "tools/environment/harvest.py",
    "tools/environment/native.py",
    "tools/workload/harness",
    "tools/equivalence/harness",
    "benchmarks/gso_swe_perf/conversion/inside",
]


def modules(folder: str) -> list[Path]:
    place = ROOT / "src/perfagent" / folder if folder in ("cli", "reference") else ROOT / folder
    return sorted(place.rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """Dotted names below `perfagent` that a module imports anywhere, type-checking blocks included."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("perfagent."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("perfagent"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_point_downwards(floor: str) -> None:
    above = FLOORS[FLOORS.index(floor) + 1 :]
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(floor)
        for name in imported(file)
        if name.split(".")[1] in above
    ]
    assert not wrong


def test_prompts_import_nothing_of_ours() -> None:
    assert not [name for file in modules("prompts") for name in imported(file)]


@pytest.mark.parametrize("folder", TOOLS)
def test_folders_of_tools_use_only_those_before_them(folder: str) -> None:
    later = TOOLS[TOOLS.index(folder) + 1 :]
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(f"tools/{folder}")
        for name in imported(file)
        if name.startswith("perfagent.tools.") and name.split(".")[2] in later
    ]
    assert not wrong


def test_files_for_the_inside_import_only_the_standard_library_and_each_other() -> None:
    files = [f for place in INSIDE for f in ([ROOT / place] if place.endswith(".py") else (ROOT / place).glob("*.py"))]
    assert len(files) > 5
    for file in files:
        tree = ast.parse(file.read_text("utf-8"), feature_version=(3, 7))
        for node in tree.body:  # under `if TYPE_CHECKING` anything may stand
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("perfagent"), f"{file.name} imports {node.module}"


def test_no_file_is_longer_than_the_house_allows() -> None:
    long = {
        str(file.relative_to(ROOT)): count
        for folder in ("agent", "tools", "benchmarks", "prompts", "cli")
        for file in modules(folder)
        if (count := len(file.read_text("utf-8").splitlines())) > 400
        # One file, because it is handed alone to a bare interpreter.
        and file.name != "runner.py"
    }
    assert not long
