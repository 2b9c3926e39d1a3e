"""A run's models as its settings name them, over real sockets; then the same run from its transcripts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from perfagent.agent.model import Message, Request
from perfagent.agent.model_access import check_models, open_models, recorded, tell_spent
from perfagent.agent.run_folder import RunFolder
from perfagent.agent.services import Services
from perfagent.agent.settings import Settings
from perfagent.tools.errors import LimitExceeded, ModelError
from perfagent.tools.report import Progress

Open = Callable[..., Services]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PERFAGENT_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the services of a run with these settings."""
    folders: list[RunFolder] = []

    def make(name: str = "run", **settings: Any) -> Services:
        folder = RunFolder(tmp_path / name)
        folders.append(folder)
        services = Services(Settings(**settings), folder, Progress(stream=io.StringIO()), None)  # type: ignore[arg-type]
        services.models, services.ledger = open_models(services)
        return services

    yield make
    for each in folders:
        each.close()


def ask(services: Services, role: Any, name: str) -> str:
    request = Request(messages=(Message(role="user", content=f"hello from {name}"),), label=name, max_tokens=50)
    return recorded(services, role, name).complete(request).text


def said(services: Services) -> str:
    stream = services.progress.stream
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def events(services: Services, kind: str) -> list[dict[str, Any]]:
    lines = (services.folder.path / "events.jsonl").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["kind"] == kind]


def test_each_role_has_its_model_each_with_its_counts(scripted_server: Any, opened: Open) -> None:
    scripted_server.respond = lambda body: scripted_server.text(f"I am {body['model']}")
    services = opened(model="big", planner_model="wise", critic_model=f"small@{scripted_server.url}",
                      api_base=scripted_server.url)  # fmt: skip
    answers = [ask(services, role, f"{role}-1") for role in ("planner", "critic", "editor")]
    assert answers == ["I am wise", "I am small", "I am big"]
    tell_spent(services)
    assert services.ledger is not None
    models = services.ledger.totals().models
    assert {name: one.roles for name, one in models.items()} == {
        "wise": ("planner",), "small": ("critic",), "big": ("editor",),
    }  # fmt: skip
    assert services.ledger.totals().cost_text == "unknown price"


def test_another_model_answers_when_one_fails_for_good(scripted_server: Any, opened: Open) -> None:
    server = scripted_server
    refuses = {"big": server.status(401, "bad key"), "other": server.status(404, "no such model")}
    server.respond = lambda body: refuses.get(body["model"], server.text(f"I am {body['model']}"))
    services = opened(model="big", fallback_model=("other", "last"), api_base=server.url)
    assert [ask(services, "editor", f"edit-{n}") for n in range(2)] == ["I am last"] * 2
    assert [sent["model"] for sent in server.requests] == ["big", "other", "last", "last"]
    assert [(event["model"], event["instead"]) for event in events(services, "fallback")] == [
        ("big", "other"), ("other", "last"),
    ]  # fmt: skip
    assert said(services).count("warning: ") == 2
    assert "the endpoint refuses the API key for big (bad key): other is asked instead" in said(services)
    assert services.ledger is not None
    assert services.ledger.totals().models["big"].failed_attempts == 1


def test_a_limit_on_money_that_cannot_hold_is_told(scripted_server: Any, opened: Open) -> None:
    told = said(opened(model="big", max_cost=1.0, api_base=scripted_server.url))
    assert "unknown price of big: --max-cost cannot hold there" in told


def test_limits_and_what_was_spent_go_on_in_a_resumed_run(scripted_server: Any, opened: Open) -> None:
    scripted_server.respond = lambda _: scripted_server.text("x")
    first = opened(model="big", max_calls=2, api_base=scripted_server.url)
    ask(first, "editor", "one")
    resumed = opened(model="big", max_calls=2, api_base=scripted_server.url)
    assert ask(resumed, "editor", "one") == "x"
    assert ask(resumed, "planner", "two") == "x"
    with pytest.raises(LimitExceeded, match="calls"):
        ask(resumed, "planner", "three")
    assert resumed.ledger is not None
    assert resumed.ledger.totals().models["big"].roles == ("editor", "planner")
    assert len(scripted_server.requests) == 2


def test_the_end_of_the_search_ends_a_request(scripted_server: Any, opened: Open) -> None:
    scripted_server.respond = lambda _: scripted_server.stall(100)
    services = opened(model="big", api_base=scripted_server.url)
    services.deadline = services.clock() + 1.0
    with pytest.raises(LimitExceeded, match="time"):
        ask(services, "editor", "late")


def test_a_run_is_replayed_with_no_model_no_key_and_no_network(scripted_server: Any, opened: Open) -> None:
    scripted_server.respond = lambda body: scripted_server.text(f"to {body['messages'][0]['content']}")
    first = opened(model="big", api_base=scripted_server.url)
    names = [("planner", "plan-1"), ("editor", "edit-1"), ("editor", "edit-2")]
    answers = [ask(first, role, name) for role, name in names]
    scripted_server.respond = lambda _: scripted_server.status(500, "nobody may be asked")
    asked = len(scripted_server.requests)
    again = opened("again", replay=str(first.folder.path))
    assert [ask(again, role, name) for role, name in names] == answers
    assert len(scripted_server.requests) == asked
    assert again.ledger is not None
    totals = again.ledger.totals()
    assert (totals.usd, totals.calls, totals.models["replay"].roles) == (0.0, 3, ("planner", "editor"))
    with pytest.raises(ModelError, match="no conversation like edit-3"):
        ask(again, "editor", "edit-3")


def test_a_replay_is_recorded_and_can_be_replayed_itself(scripted_server: Any, opened: Open) -> None:
    scripted_server.respond = lambda _: scripted_server.text("x")
    first = opened(model="big", api_base=scripted_server.url)
    ask(first, "editor", "edit-1")
    second = opened("second", replay=str(first.folder.path))
    ask(second, "editor", "edit-1")
    third = opened("third", replay=str(second.folder.path))
    assert ask(third, "editor", "edit-1") == "x"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"model": "m@http://127.0.0.1:1/v1"}, "the endpoint of m cannot be reached"),
        ({"model": "m", "fallback_model": ("anthropic/claude-x",)}, r"no API key for anthropic/claude-x"),
        ({"model": "m", "critic_model": "nosuch@http://127.0.0.1:1/v1"}, "the endpoint of nosuch cannot be reached"),
        ({"replay": "/nowhere"}, "there are no transcripts in /nowhere"),
    ],
)
def test_every_model_that_may_be_asked_is_checked_at_the_start(
    scripted_server: Any, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(ModelError, match=told):
        check_models(Settings(api_base=scripted_server.url, **settings))
