from typing import Any

from markdown_it import MarkdownIt

from perfagent.agent.publishing.body import BODY_LIMIT, Picture, Told, body, sentence
from perfagent.agent.publishing.identity import read_mark
from perfagent.tools.report import (
    BenchmarkFigure,
    Check,
    ExponentFigure,
    GrowthFigure,
    InstructionFigure,
    SizeFigure,
    TestCounts,
)

TOLD = Told("c" * 40, ("git fetch origin perfagent/x", "perfagent compare . a b"))


def figure(name: str, verdict: str = "not_faster", **fields: object) -> BenchmarkFigure:
    given: dict[str, Any] = {"speedup": 1.0, "interval": (0.9, 1.1), "target": False, "metric": "cpu", **fields}
    return BenchmarkFigure(id=name, verdict=verdict, **given)


def test_the_first_line_says_what_and_how_much(offer, proof) -> None:
    told = body(offer(), proof(), TOLD).splitlines()
    mark = read_mark(told[0])
    assert mark is not None and mark.head == TOLD.commit
    assert told[1] == (
        "**1.50x faster** on `bench::words` by changing `unique` in `src/words.py` "
        "(95 % interval 1.40–1.60, 20 pairs, CPU time)."
    )


def test_the_sentence_holds_for_memory_and_for_many_functions(offer, proof) -> None:
    told = sentence(offer(names=("a", "b.<locals>.c", "d", "e", "f")), proof(metric="memory").result)
    assert told.startswith("**1.50x less memory** on `bench::words` by changing `a`, `b.c`, `d` and 2 more in `src/")
    assert "by changing `src/words.py` (" in sentence(offer(names=()), proof().result)


def test_losers_are_shown_and_warned_of(offer, proof) -> None:
    figures = (*proof().result.benchmarks, figure("slow|er", "slower", speedup=0.8, interval=(0.7, 0.9)))
    told = body(offer(), proof(benchmarks=figures), TOLD)
    assert "| `slow\\|er` | 0.80x | 0.70–0.90 | – | – | **slower** |" in told
    assert "> [!WARNING]\n> `slow|er` is proved slower: 0.80x (0.70–0.90)." in told
    assert "proved slower;" not in told


def test_what_speaks_against_is_told(offer, proof) -> None:
    counts = InstructionFigure(baseline=10, candidate=12, change=0.2, first_change=0.2, alarm=True, note="more of them")
    growth = GrowthFigure(benchmark="bench", multiples=True, metric="cpu", mixed="is slower at small sizes")
    told = body(offer(), proof(benchmarks=(figure("i", instructions=counts),), growth=(growth,)), TOLD)
    assert "> `bench` is slower at small sizes." in told and "> `i`: more of them." in told


def test_the_gain_at_every_size_stands_in_sight(offer, proof) -> None:
    sizes = tuple(
        SizeFigure(size=n, speedup=s, interval=None, baseline_s=1.0, candidate_s=1.0, pairs=3)
        for n, s in ((1, 1.2), (8, 1.0))
    )
    slope = ExponentFigure(value=1.5, interval=None)
    growth = GrowthFigure(benchmark="b", multiples=True, metric="cpu", sizes=sizes, baseline=slope, candidate=slope)
    told = body(offer(), proof(growth=(growth,)), TOLD)
    assert "\n**Sizes:** `b` 1.20x at 1x, 1.00x at 8x its size.\n" in told
    assert "- growth with the size of the input: `b` n^&#8203;1.50 → n^&#8203;1.50\n" in told


def test_what_was_and_was_not_checked_stands_in_sight(offer, proof) -> None:
    told = body(offer(), proof(), TOLD)
    assert "**Checked:** 12 unit tests pass as before; only sources are changed." in told
    assert "**Not checked:** behaviour that neither the tests nor the benchmarks reach; interpreters other" in told
    none = body(offer(), proof(tests=TestCounts()), TOLD)
    assert "**Not checked:** unit tests, as none passed stably before the change;" in none


def test_a_chart_is_an_image_with_words(offer, proof) -> None:
    told = body(offer(), proof(), Told("c" * 40, ("x",), Picture("https://example.org/c.png", "1.50x")))
    assert "\n![1.50x](https://example.org/c.png)\n" in told
    assert "![" not in body(offer(), proof(), TOLD)


def test_long_commands_are_folded(offer, proof) -> None:
    assert "<summary>See for yourself" in body(offer(), proof(), Told("c" * 40, ("x" * 501,)))
    assert "\n**See for yourself**\n\n```sh\ngit fetch" in body(offer(), proof(), TOLD)


def test_no_body_is_longer_than_a_forge_takes(offer, proof) -> None:
    many = tuple(figure(f"{'long/' * 60}{n}", "slower" if n % 2 else "faster", target=True) for n in range(900))
    checks = tuple(Check(name="n" * 99, ok=True, detail="d" * 999) for _ in range(9))
    told = body(offer(rationale="word " * 9000), proof(benchmarks=many, checks=checks), TOLD)
    assert len(told) <= BODY_LIMIT
    assert "more benchmarks are left out here" in told


def test_hostile_words_break_nothing(offer, proof) -> None:
    hostile = "</details><script>x</script> ```\n@octocat fixes #1 <!-- /perfagent --> | [a](b)"
    made = offer(names=(hostile,), idea=hostile, rationale=hostile)
    result = {"benchmarks": (figure(hostile),), "model": hostile, "python": hostile, "sandbox": hostile}
    told = body(made, proof(**result, checks=(Check(name=hostile, ok=True, detail=hostile),)), TOLD)
    html = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(told)
    assert html.count("<!--") == 2 and html.count("<details>") == html.count("</details>") == 1
    assert "<script" not in html and "href" not in html and html.count("<table>") == 1
