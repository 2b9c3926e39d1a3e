from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from perfagent.benchmarks.gso_swe_perf.places.images import REFUSAL_S, Refusals, repository


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("slimshetty/gso:gso.eval.x86_64.a", "slimshetty/gso"),
        ("ghcr.io/owner/images:a__b-1", "ghcr.io/owner/images"),
        ("localhost:5000/name", "localhost:5000/name"),
        ("name", "name"),
    ],
)
def test_an_images_repository_is_its_name_without_the_tag(image: str, expected: str) -> None:
    assert repository(image) == expected


def test_a_registry_that_refused_is_not_asked_for_other_images(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path / "new/refused.json")
    refusals.add("owner/images")
    assert refusals.has("owner/images:another")
    assert not refusals.has("other/images:another")


def test_an_image_that_a_registry_lacks_says_nothing_of_its_others(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path / "refused.json")
    refusals.add("owner/images:one")
    assert Refusals(tmp_path / "refused.json").has("owner/images:one")
    assert not refusals.has("owner/images:two")


def test_a_refusal_is_forgotten_after_a_while(tmp_path: Path) -> None:
    (tmp_path / "refused.json").write_text(json.dumps({"owner/images": time.time() - REFUSAL_S - 1}))
    assert not Refusals(tmp_path / "refused.json").has("owner/images:one")


def test_a_broken_file_of_refusals_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "refused.json").write_text("{")
    assert not Refusals(tmp_path / "refused.json").has("owner/images:one")
