from __future__ import annotations

import subprocess
import sys

from perfagent.tools.rewrite import catalogue, catalogue_markdown, propose


def test_importing_the_folder_does_not_import_libcst() -> None:
    code = "import sys, perfagent.tools.rewrite; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_names_are_unique_and_sorted() -> None:
    names = [rule.name for rule in catalogue()]
    assert names == sorted(set(names))


def test_what_is_not_python_gives_nothing() -> None:
    assert propose("def f(:\n", "a.py") == []
    assert propose("int main() { return 0; }", "a.c") == []
    assert propose("\x00", "a.py") == []


def test_code_nested_beyond_the_interpreters_depth_gives_nothing() -> None:
    deep = f"def f(x):\n    return set(y for y in {'(' * 150}x{')' * 150}) + {' + '.join(['x'] * 4000)}\n"
    assert propose(deep, "a.py") == []


def test_proposals_are_deterministic_and_distinct() -> None:
    source = "\n\n".join(rule.example for rule in catalogue())
    first = propose(source, "a.py")
    assert first == propose(source, "a.py")
    assert len({rewrite.source for rewrite in first}) == len(first)


def test_only_the_rules_asked_for() -> None:
    rule = next(rule for rule in catalogue() if rule.name == "map-lambda")
    found = propose(rule.example, "a.py", rules=[rule])
    assert [(r.rule, r.function, r.line, r.risk) for r in found] == [("map-lambda", "lengths", 2, 1)]


def test_module_level_is_left_alone() -> None:
    assert propose("words = set(w.lower() for w in 'A b'.split())\n", "a.py") == []


def test_syntax_of_other_versions_is_read() -> None:
    newer = "type A[T] = list[T]\n\n\ndef f[T](xs: list[T]) -> set[str]:\n    return set(f'{x}' for x in xs)\n"
    assert [r.rule for r in propose(newer, "a.py")] == ["generator-to-comprehension"]


def test_the_document_names_every_rule() -> None:
    text = catalogue_markdown({"map-lambda": "1.40x"})
    assert all(f"## {rule.name}\n" in text for rule in catalogue())
    assert "1.40x" in text


def test_escapes_that_python_warns_of_are_read_all_the_same() -> None:
    source = 'import re\n\n\ndef words(text):\n    return re.split("\\s+", text)\n'
    assert "regex-to-module" in {rewrite.rule for rewrite in propose(source, "old.py")}
