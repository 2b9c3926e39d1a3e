"""What is known of one baseline of a run."""

from __future__ import annotations

from collections.abc import Callable

from perfagent.agent.lab.present import hotspots_at, hotspots_step, seconds_at
from perfagent.agent.services import Services
from perfagent.tools.profile import Hotspot

SPOT = Hotspot(
    path="pkg/words.py", qualname="unique", start=1, end=6, calls=3, self_share=0.6, charged_share=0.7,
    cumulative_share=0.8,
)  # fmt: skip


def test_hotspots_that_nobody_ranked_are_not_an_empty_ranking(open_services: Callable[..., Services]) -> None:
    services = open_services()
    assert hotspots_at(services, "a" * 40) is None
    assert not list((services.folder.path / "steps").iterdir())
    services.folder.step(hotspots_step("a" * 40), list)
    assert hotspots_at(services, "a" * 40) == []


def test_hotspots_come_back_as_they_were_ranked(open_services: Callable[..., Services]) -> None:
    services = open_services()
    services.folder.step(hotspots_step("a" * 40), lambda: [SPOT.model_dump()])
    assert hotspots_at(services, "a" * 40) == [SPOT]


def test_seconds_are_those_the_last_patch_left(open_services: Callable[..., Services]) -> None:
    services = open_services()
    assert seconds_at(services, "b" * 40) == {"bench": 0.01}
    services.folder.step(f"seconds-{'b' * 16}", lambda: {"bench": 0.004})
    assert seconds_at(services, "b" * 40) == {"bench": 0.004}
