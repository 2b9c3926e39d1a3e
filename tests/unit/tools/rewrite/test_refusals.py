"""Look-alikes that each rule must leave alone, because the edit would change what the code does."""

# ruff: noqa: E501 - one program a line keeps the table a table

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

REFUSED = {
    "any-all-generator": [
        "def f(xs):\n    return any([x.pop() for x in xs])",
        "def f(xs):\n    return all([(y := x) for x in xs]), y",
        "def f(xs, any):\n    return any([x for x in xs])",
    ],
    "append-to-comprehension": [
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x + 1)\n    return out, x",
        "def f(xs):\n    out = []\n    for x in xs:  # why\n        out.append(x + 1)\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(len(out))\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(lambda: x)\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append((yield x))\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        if x:\n            break\n        out.append(x)\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(f(x))\n    return out",
        "def f(xs):\n    global out\n    out = []\n    for x in xs:\n        out.append(x + 1)",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(super().g(x))\n    return out",
        "def f(xs):\n    out = {}\n    for x in xs:\n        out[g(x)] = h(x)\n    return out",
        "def f(xs):\n    try:\n        out = []\n        for x in xs:\n            out.append(1 / x)\n"
        "    except ZeroDivisionError:\n        pass\n    return out",
        "def f(k, feed):\n    with suppress(StopIteration):\n        out = []\n        for x in k:\n            out.append(feed(x))\n    return out",
        "async def f(xs):\n    out = []\n    async for x in xs:\n        out.append(x)\n    return out",
        "def f(xs):\n    out = []\n    g = lambda: out\n    for x in xs:\n        out.append(g())\n    return out",
    ],
    "bytes-concat": [
        "def f(s):\n    d = b''\n    for c in s:\n        d += c\n        if d.endswith(b'x'):\n            break\n    return d",
        "def f(s):\n    d = b''\n    for c in s:\n        d += c\n        if c:\n            return d\n    return d",
        "def f(s):\n    d = b''\n    try:\n        for c in s:\n            d += c\n    except OSError:\n        return d",
    ],
    "constant-to-module": [
        "def f(x):\n    t = {'a': 1, 'b': 2}\n    return t",
        "def f(x):\n    t = {'a': 1, 'b': 2}\n    g(t)\n    return t[x]",
        "def f(x):\n    t = {'a': 1, 'b': x}\n    return t[x]",
        "def f(x):\n    t = {'a': [], 'b': []}\n    return t[x]",
        "def f(x):\n    t = {'a': 1, 'b': 2}\n    t[x] = 3\n    return t[x]",
        "def f(x):\n    t = {'a': 1, 'b': 2}\n    t = g(t)\n    return t[x]",
        "def f(x):\n    {'a': 1, 'b': 2}[x] = 3",
        "if 1:\n    def f(x):\n        return {'a': 1, 'b': 2}[x]",
    ],
    "count-to-counter": [
        "def f(xs):\n    d = {}\n    for x in xs:\n        d[x] = d.get(x, 0) + 1\n    return d, x",
        "def f(xs):\n    d = {}\n    for x in xs:\n        d[x] = d.get(x, 0) + 1\n        g(d)\n    return d",
        "def f(xs):\n    d = {}\n    for x in xs:\n        d[x] = d.get(x, 0) + 2\n    return d",
        "def f(xs):\n    d = {}\n    for x in d:\n        d[x] = d.get(x, 0) + 1\n    return d",
        "def f(xs):\n    d = {'a': 1}\n    for x in xs:\n        d[x] = d.get(x, 0) + 1\n    return d",
        "def f(xs, Counter):\n    d = {}\n    for x in xs:\n        d[x] = d.get(x, 0) + 1\n    return d",
    ],
    "format-to-fstring": [
        "def f(x):\n    return '{}{}'.format(x)",
        "def f(x):\n    return '{}'.format(*x)",
        "def f(x):\n    return '{}'.format('a\\n')",
        "def f(x):\n    return '{}'.format(x['a'])",
        "def f(x):\n    return '{0.a}'.format(x)",
        "def f(x):\n    return '{:{}}'.format(x, 3)",
        "def f(x):\n    return '{1}{0}'.format(g(x), h(x))",
        "def f(x):\n    return '{0}{0}'.format(g(x))",
        "def f(x):\n    return '{}'.format(x, g(x))",
        "def f(x):\n    return '{'.format(x)",
        "def f(x):\n    return '{}'.format({1: 2})",
        "def f(x):\n    return '{}'.format(lambda: x)",
    ],
    "generator-to-comprehension": [
        "def f(xs):\n    return sum(x for x in xs)",
        "def f(xs, set):\n    return set(x for x in xs)",
        "def f(xs, sep):\n    return sep.join(x for x in xs)",
        "async def f(xs):\n    return set(x async for x in xs)",
        "def f(xs):\n    return any(x for x in xs)",
    ],
    "hoist-container": [
        "def f(xs, ys):\n    for x in xs:\n        if x in set(ys):\n            g(ys)",
        "def f(xs, ys):\n    for x in xs:\n        if ys and x in set(ys):\n            return x",
        "def f(xs):\n    for ys in xs:\n        if 1 in set(ys):\n            return ys",
        "def f(xs, o):\n    for x in xs:\n        if x in set(o.ys):\n            o.add(x)",
        "def f(xs, ys):\n    return [x for x in xs if x in set(g(ys))]",
    ],
    "hoist-len": [
        "def f(xs):\n    i = 0\n    while i < len(xs):\n        i += 1",
        "def f(xs: list):\n    i = 0\n    while i < len(xs):\n        g(xs)\n        i += 1",
        "def f(s: str):\n    while len(s):\n        s = s[1:]",
    ],
    "hoist-row": [
        "def f(t, n):\n    for i in range(n):\n        for j in range(n):\n            t[i][j] = 1",
        "def f(n):\n    t = [[0] * n] * n\n    for i in range(n):\n        for j in range(n):\n"
        "            if i + 1 < n:\n                t[i + 1][j] = 1",
        "def f(n):\n    t = [[0] * n] * n\n    for i in range(n):\n        for j in range(n):\n"
        "            t[i][j] = 1\n            i += 1",
        "def f(t: list, u, n):\n    for i in range(n):\n        for j in range(n):\n"
        "            t[i][j] = 1\n            u[i] = 2",
        "def f(t: list, n):\n    for i in range(n):\n        for j in range(n):\n            g(t[i][j])",
    ],
    "import-to-module": [
        "def f():\n    from math import pow\n    return pow(2, 3)\n\n\ndef g():\n    return pow(2, 3, 5)",
        "def f():\n    from math import sqrt\n    return sqrt(2)\n\n\ndef g(sqrt):\n    return sqrt(3)",
        "def f():\n    try:\n        from math import sqrt\n        return sqrt(2)\n    except ImportError:\n        return 1",
        "def f():\n    from time import time\n    return time()",
        "def f():\n    from .math import sqrt\n    return sqrt(2)",
        "def f():\n    from math import sqrt  # lazily\n    return sqrt(2)",
    ],
    "insert-front-to-reverse": [
        "def f(n):\n    p = [1, 2]\n    while n:\n        p.insert(0, n)\n        n = n.up\n    return p",
        "def f(n):\n    p = []\n    while n:\n        p.insert(0, n)\n        n = n.up\n        if n.end:\n            return p\n    return p",
        "def f(n, p):\n    while n:\n        p.insert(0, n)\n        n = n.up\n    return p",
        "def f(n):\n    p = []\n    for x in n:\n        p.insert(0, x)\n    else:\n        g(p)\n    return p",
        "def f(n):\n    p = []\n    o = p\n    while n:\n        p.insert(0, n)\n        n = o[0]\n    return p",
    ],
    "lazy-log-arguments": [
        "def f(log, x):\n    log.debug(f'{x}')",
        "import logging\nlog = logging.getLogger()\ndef f(x):\n    log.debug('%s' % x)",
        "import logging\nlog = logging.getLogger()\ndef f(x):\n    log.debug('%(a)s' % x)",
        "import logging\nlog = logging.getLogger()\ndef f(x):\n    log.debug('%s' % (x,))",
        "import logging\nlog = logging.getLogger()\ndef f(x):\n    log.debug(f'{x:>3}')",
        "import logging\nlog = logging.getLogger()\ndef f(x):\n    log.debug(f'{x}', x)",
        "from loguru import logger\ndef f(x):\n    logger.debug(f'{x}')",
    ],
    "list-count-to-counter": [
        "def f(xs):\n    for x in set(xs):\n        if xs.count(x) > 1:\n            xs.remove(x)",
        "def f(xs, ys):\n    return [xs.count(y) for y in ys]",
        "def f(xs):\n    return [xs.count(row) for row in xs]",
    ],
    "list-membership-to-set": [
        "def f(xs, names):\n    return [x for x in xs if x in names]",
        "def f(xs, ys):\n    rows = [y.split() for y in ys]\n    return [x for x in xs if x.split() in rows]",
        "def f(xs):\n    short = ['a', 'b']\n    return [x for x in xs if x.lower() in short]",
        "def f(xs, ys):\n    names = [y.strip() for y in ys]\n    for x in xs:\n        x.strip() in names\n        g(names)",
    ],
    "list-queue-to-deque": [
        "def f(q):\n    while q:\n        q.pop(0)",
        "def f(s):\n    q = [s]\n    while q:\n        q.pop()",
        "def f(s):\n    q = [s]\n    while q:\n        q.pop(0)\n        q.sort()",
        "def f(s):\n    q = [s]\n    while q:\n        q.pop(0)\n        g(q)",
        "def f(s):\n    q = [s]\n    while q:\n        q.pop(0)\n        s = q[1:]",
        "def f(s):\n    q = [s]\n    while q:\n        for x in q:\n            q.pop(0)",
        "def f(s):\n    q = [s]\n    while q:\n        [q.pop(0) for x in q]",
        "def f(s):\n    q = [s]\n    while q != []:\n        q.pop(0)",
        "def f(s):\n    q = [s]\n    q.pop(0)\n    return len(q)",
        "def f(s):\n    q = [s]\n    while q:\n        q.pop(0)\n    return q",
        "def f(s):\n    q = s or []\n    while q:\n        q.pop(0)",
        "def f(s):\n    q = [s]\n    while q:\n        print('%s' % q, q.pop(0))",
    ],
    "loop-over-items": [
        "def f(d):\n    return [d[k] + d[k] for k in d.keys()]",
        "def f(d: dict):\n    return [d[k] for k in d]",
        "def f(d: dict):\n    for k in d:\n        g(d[k])\n        h(d[k])",
        "def f(d: dict):\n    for k in d:\n        k = k + 1\n        print(d[k], d[k])",
        "def f(d: dict):\n    for k in d:\n        del d[k]",
        "def f(d: dict):\n    for k in d:\n        d[k] += 1",
    ],
    "loop-over-values": [
        "def f(xs):\n    return [xs[i] for i in range(len(xs))]",
        "def f(xs: list):\n    return [(i, xs[i]) for i in range(len(xs))]",
        "def f(xs: list):\n    for i in range(len(xs)):\n        g(xs[i])",
        "def f(xs: list):\n    for i in range(len(xs)):\n        len(xs[i])\n    return i",
        "def f(xs: list):\n    return [xs[i - 1] for i in range(len(xs))]",
        "def f(xs: dict):\n    return [xs[i] for i in range(len(xs))]",
    ],
    "map-lambda": [
        "def f(xs):\n    return list(map(lambda x: next(x), xs))",
        "def f(xs):\n    return list(map(lambda x, y=1: x, xs))",
        "def f(xs):\n    return list(map(lambda *x: x, xs))",
        "def f(xs):\n    return list(map(lambda x: lambda: x, xs))",
        "def f(xs):\n    return list(map(str, xs))",
        "def f(xs, map):\n    return list(map(lambda x: x, xs))",
    ],
    "min-max-inline": [
        "def f(a, b):\n    return max(a, b)",
        "def f(xs, a):\n    for x in xs:\n        a = max(a, x.y)",
        "def f(xs, a):\n    for x in xs:\n        a = max(a, x, 1)",
        "def f(xs, a):\n    for x in xs:\n        a = max(a, x, key=g)",
        "def f(xs, a, max):\n    for x in xs:\n        a = max(a, x)",
    ],
    "rebuilt-container": [
        "def f(xs):\n    out = []\n    for x in xs:\n        out = out + x\n    return out",
        "def f(xs, out):\n    for x in xs:\n        out = out + [x]\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        out = out + [x]\n        yield out",
        "def f(xs):\n    out = [1]\n    for x in out:\n        out = out + [x]\n    return out",
        "def f(xs):\n    out = [1]\n    pairs = zip(out, xs)\n    for x in pairs:\n        out = out + [x]\n    return out",
        "def f(xs):\n    out = []\n    for x in xs:\n        out = out + [len(out)]\n    return out",
    ],
    "redundant-conversion": [
        "def f(xs):\n    return any(list(xs))",
        "def f(xs):\n    return len(list(xs))",
        "def f(xs, ys):\n    return max(list(xs), ys)",
        "def f(xs, sep):\n    return sep.join(list(xs))",
        "def f(xs):\n    return set([])",
    ],
    "regex-literal-to-str": [
        "import re\ndef f(s):\n    return re.sub('a', r'\\1', s)",
        "import re\ndef f(s):\n    return re.sub('', 'b', s)",
        "import re\ndef f(s):\n    return re.sub('a', 'b', s, 1)",
        "import re\ndef f(s):\n    return re.search('a', s)",
        "import re\ndef f(s):\n    try:\n        return re.sub('a', 'b', s)\n    except TypeError:\n        return s",
        "import regex as re\ndef f(s):\n    return re.sub('a', 'b', s)",
    ],
    "regex-to-module": [
        "def f(s):\n    return re.match('a+', s)\n\n\nimport re",
        "import re\ndef f(s):\n    return re.match('(', s)",
        "import re\ndef f(s, flags):\n    return re.match('a+', s, flags)",
        "import re\ndef f(s):\n    return re.match(b'a', s, re.LOCALE)",
        "import re\ndef f(s, re):\n    return re.match('a+', s)",
        "import re\nif 1:\n    def f(s):\n        return re.match('a+', s)",
    ],
    "seen-list-to-set": [
        "def f(xs):\n    seen = []\n    for x in xs:\n        if x not in seen:\n            seen.append(x)\n    return seen",
        "def f(names):\n    seen = []\n    for name in names:\n        if name not in seen:\n            seen.append(name)\n"
        "            seen.remove(1)\n    return seen",
        "def f(names):\n    seen = []\n    for name in names:\n        if name not in seen:\n            g(seen)\n"
        "            seen.append(name)",
        "def f(names):\n    for name in names:\n        seen = []\n        if name not in seen:\n            seen.append(name)",
    ],
    "startswith-tuple": [
        "def f(s, t):\n    return s.startswith('a') or t.startswith('b')",
        "def f(s):\n    return s.startswith('a') or s.endswith('b')",
        "def f(s):\n    return g(s).startswith('a') or g(s).startswith('b')",
        "def f(s):\n    return s.startswith('a', 1) or s.startswith('b', 1)",
        "def f(s):\n    return s.startswith('a') and s.startswith('b')",
    ],
    "str-concat-order": [
        "def f(xs, s):\n    for x in xs:\n        s = s + 'a' + 'b'\n    return s",
        "def f(xs):\n    s = ''\n    for x in xs:\n        s = s + x + 'b'\n    return s",
        "def f(xs):\n    s = ''\n    for x in xs:\n        s = 'a' + s + 'b'\n    return s",
        "def f(xs):\n    s = 1\n    for x in xs:\n        s = s + 2 + 3\n    return s",
    ],
    "sum-of-lists": [
        "def f(xs):\n    return sum(xs, [0])",
        "def f(xs):\n    return sum(xs)",
        "def f(xs, list):\n    return sum(xs, [])",
        "def f(xs, chain):\n    return sum(xs, [])",
    ],
}

CASES = [(rule, source) for rule, sources in REFUSED.items() for source in sources]


@pytest.mark.parametrize(("rule", "source"), CASES, ids=[f"{r}-{i}" for i, (r, _) in enumerate(CASES)])
def test_refused(rule: str, source: str, run: Callable[[str, str], list[str]]) -> None:
    compile(source, "<look-alike>", "exec")
    assert run(rule, dedent(source) + "\n") == []


def test_every_rule_has_look_alikes() -> None:
    from perfagent.tools.rewrite import catalogue

    assert {rule.name for rule in catalogue()} == set(REFUSED)
