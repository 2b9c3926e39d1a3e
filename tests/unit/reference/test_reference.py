"""All generated pages together."""

from perfagent.reference import PAGES, pages


def test_every_page_begins_with_its_title() -> None:
    written = pages()
    assert {f"reference/{name}" for name in PAGES} <= set(written)
    assert all(written[f"reference/{name}"].startswith("# ") for name in PAGES)


def test_no_page_is_made_by_hand_too(repository_root) -> None:
    assert [path for path in pages() if (repository_root / "docs" / path).exists()] == []
