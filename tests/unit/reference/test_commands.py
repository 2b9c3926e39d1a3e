"""The command line's page names what the application takes."""

from perfagent.cli.main import COMMANDS
from perfagent.reference.commands import flags_by_parameter, leaves, page


def test_every_command_is_there_with_its_flags() -> None:
    found = {leaf.words: leaf.command for leaf in leaves()}
    assert {(name,) for name in COMMANDS} <= set(found)
    assert ("eval", "gso", "score") in found
    assert "--patch" in {option for each in found[("verify",)].params for option in each.opts}


def test_a_flag_of_every_command_is_named_on_the_page() -> None:
    text = page()
    for leaf in leaves():
        words = " ".join(leaf.words).replace("swe-perf", "BENCHMARK").replace("swefficiency", "BENCHMARK")
        assert f"perfagent {words.replace('gso', 'BENCHMARK')}" in text
        for parameter in leaf.command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert f"`{parameter.opts[0]}`" in text


def test_what_must_be_given_is_in_the_usage() -> None:
    assert "$ perfagent verify REPO --patch FILE [FLAGS]" in page()


def test_examples_are_told_apart_from_the_text() -> None:
    text = page()
    assert "$ perfagent verify . --patch faster.diff" in text
    assert "Example:" not in text


def test_a_setting_s_flag_is_found_by_its_name() -> None:
    flags = flags_by_parameter()
    assert flags["max_cost"] == "--max-cost"
    assert flags["workload"] == "--workload"
