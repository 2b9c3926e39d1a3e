"""What is found in a function, and what is not."""

from __future__ import annotations

import pytest

from perfagent.agent.telling.features import OFTEN, findings_in

FOUND = {
    "membership_in_loop": "out = []\nfor x in xs:\n    if x not in out:\n        pass",
    "nested_loops": "for a in xs:\n    for b in ys:\n        f(a, b)",
    "front_of_list": "while queue:\n    queue.pop(0)",
    "sort_in_loop": "for x in xs:\n    sorted(ys)",
    "sort_for_extremum": "sorted(xs)[0]",
    "aggregate_in_loop": "for n in range(9):\n    sum(xs[:n])",
    "dear_call_in_condition": "for x in xs:\n    if distance(x, y) < best:\n        pass",
    "table_2d": "for i in r:\n    for j in s:\n        t[i][j] = 1",
    "position_in_loop": "[names.index(n) for n in names]",
    "invariant_call": "for x in xs:\n    f(settings(y), x)",
    "repeated_call": "if parse(x):\n    return parse(x)",
    "parse_in_loop": "for x in xs:\n    json.loads(x)",
    "regex_in_loop": "for x in xs:\n    re.sub('a', 'b', x)",
    "regex": "re.match('a', x)",
    "recursion": "return self.f(x - 1)",
    "recursive_generator": "yield from self.f(x)",
    "list_for_consumer": "any([g(x) for x in xs])",
    "append_loop": "for x in xs:\n    out.append(x)",
    "counting_loop": "for x in xs:\n    counts[x] += 1",
    "copy_in_loop": "for x in xs:\n    copy.deepcopy(x)",
    "slice_in_loop": "while rest:\n    rest = rest[n:]",
    "concat_in_loop": "for x in xs:\n    self.text += f'{x}'",
    "chars_loop": "text = ''.join(xs)\nfor c in text:\n    pass",
    "replace_chain": "x.replace('a', '').replace('b', '').replace('c', '')",
    "io_in_loop": "for x in xs:\n    open(x)",
    "try_in_loop": "for x in xs:\n    try:\n        d[x]\n    except KeyError:\n        pass",
    "chain_in_loop": "for x in xs:\n    self.a.b(x)",
    "arithmetic_loop": "for x in xs:\n    y = (x * y + z) % n - x",
    "numpy_in_loop": "for x in xs:\n    np.sqrt(x)",
    "array_growth": "for x in xs:\n    a = np.append(a, x)",
    "pandas_rows": "for i, row in frame.iterrows():\n    pass",
    "type_ladder": "if isinstance(x, A):\n    1\nelif isinstance(x, B):\n    2\nelif isinstance(x, C):\n    3",
    "threads": "ThreadPoolExecutor(4)",
}
OFTEN_FOUND = {
    "constant_table": "table = {1: 'a', 2: 'b', 3: 'c', 4: 'd'}",
    "import_in_function": "import json",
    "copy_in_loop": "copy.copy(x)",
    "regex_in_loop": "re.match('a', x)",
}
NOT_FOUND = {
    "membership_in_loop": "seen = set()\nfor x in xs:\n    if x in seen or x in ('a', 'b'):\n        pass",
    "nested_loops": "for a in xs:\n    f(a)\nfor b in ys:\n    for c in b:\n        f(c)\n[d for e in xs for d in e]",
    "front_of_list": "for x in xs:\n    stack.pop()",
    "sort_in_loop": "for x in sorted(xs):\n    f(x)",
    "invariant_call": "for x in xs:\n    y = g(x)\n    f(y)\n    out.append(z)\n    len(z)",
    "concat_in_loop": "total = 0\nfor x in xs:\n    total += x",
    "slice_in_loop": "rest = rest[1:]",
    "regex_in_loop": "re.match('a', x)",
    "constant_table": "table = {1: 'a', 2: 'b', 3: 'c', 4: 'd'}",
    "import_in_function": "import json",
    "position_in_loop": "names.index(x)",
    "type_ladder": "if isinstance(x, A):\n    1\nelif isinstance(x, B):\n    2",
    "recursion": "return f(x) + self.inner.f(x) + g(x)",
    "copy_in_loop": "copy.deepcopy(x)",
    "array_growth": "a = np.append(a, x)",
    "sort_for_extremum": "s = sorted(xs)",
    "append_loop": "for x in xs:\n    f(x)\n    out.append(x)",
}


def features(body: str, calls: int = 1) -> set[str]:
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return {found.feature for found in findings_in(f"    def f(self, x):\n{lines}\n", 10, calls)}


@pytest.mark.parametrize("feature", FOUND)
def test_what_is_there_is_found(feature: str) -> None:
    assert feature in features(FOUND[feature])


@pytest.mark.parametrize("feature", OFTEN_FOUND)
def test_the_body_of_what_is_called_often_is_a_loop_s(feature: str) -> None:
    assert feature in features(OFTEN_FOUND[feature], OFTEN)


@pytest.mark.parametrize("feature", NOT_FOUND)
def test_what_is_not_there_is_not_found(feature: str) -> None:
    assert feature not in features(NOT_FOUND[feature])


def test_a_ladder_is_found_once_and_may_be_made_of_returns() -> None:
    rungs = "".join(f"    if x == {n}:\n        return {n + 1}\n" for n in range(5))
    chain = "    if x == 0:\n        y = 1\n" + "".join(f"    elif x == {n}:\n        y = {n}\n" for n in range(4))
    for body in (rungs, chain):
        found = [f for f in findings_in(f"def f(x):\n{body}    return y\n") if f.feature == "type_ladder"]
        assert [(f.line, f.words) for f in found] == [(2, "makes 5 tests of type or value one after the other")]


def test_a_function_calls_itself_by_its_bare_name() -> None:
    assert "recursion" in {found.feature for found in findings_in("def f(x):\n    return f(x - 1) + json.f(x)\n")}
    assert "recursion" not in {found.feature for found in findings_in("def f(x):\n    return json.f(x)\n")}


def test_a_finding_names_its_line_and_what_stands_there() -> None:
    source = "def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n"
    found = next(f for f in findings_in(source, 40) if f.feature == "membership_in_loop")
    assert (found.line, found.weight) == (43, 2)
    assert found.words == "tests membership in `out`, a list, inside a loop"


@pytest.mark.parametrize("source", ["int f(int x) { return x; }", "def f(:\n", "\0", "    x\n  y\n"])
def test_nothing_is_found_in_what_is_not_python(source: str) -> None:
    assert findings_in(source) == []
