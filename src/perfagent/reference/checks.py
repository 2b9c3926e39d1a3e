"""`reference/checks.md`: the verdicts, and what the guard takes out of a patch, read off its tables."""

from __future__ import annotations

from collections.abc import Mapping

from perfagent.agent.state import VerdictName
from perfagent.reference.markdown import code, sentence, table
from perfagent.tools.patch.policy import PROTECTED, SOURCE_SUFFIXES, TELLTALES

#: What each verdict means to whoever reads it, in the order in which a candidate can meet them.
VERDICTS: Mapping[VerdictName, str] = {
    "does_not_apply": "The patch does not fit the commit it is judged against.",
    "guarded": "Nothing is left of the patch once changes to what decides the verdict are taken out.",
    "build_failed": "The project does not build with the patch; the compiler's first error is told.",
    "not_equivalent": "A benchmark yields another value than at the baseline, at the judged size or a larger one.",
    "tests_failed": "A unit test that passes stably at the baseline fails, vanished or is skipped; or a benchmark does "
    "not run.",
    "not_faster": "A gain of the smallest size wanted is ruled out, or the program is the same.",
    "inconclusive": "The measurement did not settle it. That counts as no, and is not the same as *no gain*.",
    "slower_elsewhere": "The target became faster and another benchmark slower.",
    "faster": "Proved faster by the sequential test, and every check passed.",
}

INTRODUCTION = """\
# Verdicts and checks

A candidate meets the checks in the order below, the cheapest first, and the first that fails gives the verdict.
Only `faster` is ever committed.

## Verdicts
"""

STEPS = """\
## The checks in order

1. **guard**: changes to what decides the verdict are dropped from the patch (below); what is left is judged.
2. **applies**: the rest fits the baseline, builds, and changes more than comments and spacing.
3. **same values**: every benchmark runs and yields what it yielded at the baseline. What differs between two runs of
   the baseline itself is not compared.
4. **larger inputs**: for a workload that takes a size, the same at 4 times the judged size.
5. **unit tests**: those that pass stably at the baseline pass still; none vanished, none became skipped.
6. **measurement**: [the sequential test](../explanation/statistics.md), then 20 fresh pairs for the figures and for the
   guard against slowdowns elsewhere.

## What the guard finds

A finding drops the file's change and names the reason; the verdict says what was dropped.
A pattern with a slash at its end is a folder's name anywhere, with one at its front only at the root.
"""

BESIDES = """\
Besides:

- **a workload**: whatever the run's workloads name;
- **outside the paths that may change**: with `--paths`, everything it does not match;
- **left behind by running Python**: bytecode and caches;
- **a new file that is no source**: a new file may only be one of {suffixes};
- **a new file outside the existing packages**;
- **a new module that would hide the standard one** of the same name;
- **a pytest plugin** by its contents: a module that defines `pytest_...` hooks at its top level.

### Telltale lines

Code that asks whether it is being tested or measured, or that touches the clocks, is made for the verdict and not for
speed. An added line that matches one of these drops the file's change:
"""


def page() -> str:
    """The whole page."""
    verdicts = table(("verdict", "meaning"), ((code(name), text) for name, text in VERDICTS.items()))
    paths = ((sentence(why).rstrip("."), " ".join(map(code, patterns))) for why, patterns in PROTECTED.items())
    lines = ((sentence(why).rstrip("."), code(pattern.pattern)) for pattern, why in TELLTALES)
    return "\n".join(
        [
            INTRODUCTION,
            f"{verdicts}\n",
            STEPS,
            f"{table(('finding', 'what it protects'), paths)}\n",
            BESIDES.format(suffixes=" ".join(map(code, sorted(SOURCE_SUFFIXES)))),
            table(("finding", "an added line that matches"), lines),
            "",
        ]
    )
