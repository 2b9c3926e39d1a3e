"""The report in a real browser: silent, alone, readable by everybody, and of use without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perfagent.tools.report import CalibrationReport, Material, calibration_page, result_page


def written(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "report.html"
    page.write_text(text)
    return page


def assert_sound(seen: Any) -> None:
    assert (seen.console, seen.requests, seen.violations, seen.overflow) == ([], [], [], 0)


def test_every_kind_of_result_opens_without_a_word_a_request_or_a_barrier(
    browser: Any, tmp_path: Path, material: Material
) -> None:
    seen = browser.open(written(tmp_path, result_page(material)), dark=True, width=360)
    assert_sound(seen)
    assert seen.act(lambda page: page.title()) != "evil"


@pytest.mark.parametrize(("dark", "width"), [(True, 1280), (False, 360), (False, 1280), (False, 1600)])
def test_the_usual_page_is_sound_in_every_light_and_width(
    browser: Any, tmp_path: Path, usual: Material, dark: bool, width: int
) -> None:
    assert_sound(browser.open(written(tmp_path, result_page(usual)), dark=dark, width=width))


def test_forty_patches_are_a_page_too(browser: Any, tmp_path: Path, many: Material) -> None:
    seen = browser.open(written(tmp_path, result_page(many)), width=360)
    assert (seen.console, seen.requests, seen.overflow) == ([], [], 0)
    assert "from here on they stand in tables" in seen.text


def test_what_is_folded_is_sound_too(browser: Any, tmp_path: Path, usual: Material) -> None:
    text = result_page(usual).replace("<details>", "<details open>")
    assert_sound(browser.open(written(tmp_path, text), width=360))


def test_a_calibration_is_a_page_too(browser: Any, tmp_path: Path, calibrated: CalibrationReport) -> None:
    for dark, width in ((False, 1280), (True, 360)):
        assert_sound(browser.open(written(tmp_path, calibration_page(calibrated)), dark=dark, width=width))


def test_the_samples_are_downloaded_from_the_file_itself(browser: Any, tmp_path: Path, usual: Material) -> None:
    seen = browser.open(written(tmp_path, result_page(usual)))

    def download(page: Any) -> Any:
        with page.expect_download() as found:
            page.get_by_role("link", name="r1-samples.json").click()
        found.value.save_as(tmp_path / "got.json")
        return found.value.suggested_filename

    assert seen.act(download) == "r1-samples.json"
    assert usual.samples is not None
    assert json.loads((tmp_path / "got.json").read_text()) == json.loads(usual.samples.to_json())
    assert (seen.console, seen.requests) == ([], [])


def test_a_patch_is_downloaded_as_it_was(browser: Any, tmp_path: Path, usual: Material) -> None:
    def download(page: Any) -> None:
        with page.expect_download() as found:
            page.get_by_role("link", name="Download the patch").first.click()
        found.value.save_as(tmp_path / "got.patch")

    browser.open(written(tmp_path, result_page(usual))).act(download)
    assert (tmp_path / "got.patch").read_text() == usual.result.patches[0].diff


def test_a_command_is_copied_by_a_click_or_a_key(browser: Any, tmp_path: Path, usual: Material) -> None:
    def copy(page: Any) -> Any:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy the command").first.press("Enter")
        page.get_by_text("Copied the command").wait_for(state="attached")
        return page.evaluate("navigator.clipboard.readText()")

    assert browser.open(written(tmp_path, result_page(usual))).act(copy) == "perfagent apply r1"


def test_the_code_of_a_diff_is_copied_without_its_gutter(browser: Any, tmp_path: Path, usual: Material) -> None:
    def select(page: Any) -> Any:
        page.locator(".code table").first.select_text()
        return page.evaluate("getSelection().toString()")

    copied = browser.open(written(tmp_path, result_page(usual))).act(select)
    assert "        if word not in seen:" in copied
    assert "added" not in copied
    assert "+" not in copied


def test_the_first_key_skips_to_the_report(browser: Any, tmp_path: Path, usual: Material) -> None:
    def skip(page: Any) -> Any:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        return page.evaluate("document.activeElement.id")

    assert browser.open(written(tmp_path, result_page(usual))).act(skip) == "main"


def test_on_paper_nothing_is_folded_and_no_code_is_cut_off(browser: Any, tmp_path: Path, usual: Material) -> None:
    def on_paper(page: Any) -> Any:
        page.emulate_media(media="print")
        shown = page.get_by_text("fresh pairs behind every published figure").bounding_box()
        return shown["height"] > 0, page.locator(".code td:last-child").first.evaluate(
            "cell => getComputedStyle(cell).whiteSpace"
        )

    seen = browser.open(written(tmp_path, result_page(usual)), script=False)
    assert seen.act(on_paper) == (True, "pre-wrap")


def test_the_policy_holds_even_where_something_was_not_escaped(browser: Any, tmp_path: Path, usual: Material) -> None:
    evil = "<script>document.title = 'evil'</script><img alt='x' src='http://pictures.example/x'>"
    seen = browser.open(written(tmp_path, result_page(usual).replace("<header>", f"<header>{evil}")))
    assert seen.requests == []
    assert seen.act(lambda page: page.title()) != "evil"
    assert all("Content Security Policy" in line for line in seen.console)
