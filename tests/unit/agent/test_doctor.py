from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.doctor import examine

KINDS = ("sandbox docker", "sandbox bubblewrap", "sandbox local")


def test_everything_a_run_needs_is_looked_at() -> None:
    names = [finding.name for finding in examine()]
    assert names == ["python", "git", "disk", "cores", *KINDS, "valgrind", "packages"]


def test_what_is_not_well_has_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    poor = {finding.name: finding for finding in examine() if not finding.ok}
    assert {"git", "sandbox docker", "sandbox bubblewrap"} <= set(poor)
    assert all(finding.remedy for finding in poor.values())
    assert poor["git"].needed
    assert not poor["sandbox docker"].needed


def test_a_state_folder_that_does_not_exist_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PERFAGENT_HOME", str(tmp_path / "not" / "yet"))
    disk = next(finding for finding in examine() if finding.name == "disk")
    assert str(tmp_path / "not" / "yet") in disk.detail
    assert not (tmp_path / "not").exists()


def test_a_model_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = examine(model="gpt-4o")[-1]
    assert (found.name, found.ok, found.needed) == ("model", False, True)
    assert "OPENAI_API_KEY" in found.detail + found.remedy


def test_a_model_that_can_be_addressed(scripted_server: Any) -> None:
    found = examine(model="openai/anything", api_base=scripted_server.url)[-1]
    assert found.ok
    assert "no request was made" in found.detail
