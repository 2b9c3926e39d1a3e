from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

from perfagent.tools.environment.build import Recipe
from perfagent.tools.environment.manifest import read_manifest
from perfagent.tools.environment.store import Store
from perfagent.tools.sandbox import Environment

NOTHING = read_manifest(Path("/nowhere"))


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "install.sh").write_text("1")
    return Recipe("local", tmp_path, None, "sh install.sh", None, ("pytest",), "1.0")


@pytest.mark.parametrize(
    "change",
    [{"kind": "docker"}, {"python": "3.12"}, {"setup": "make"}, {"packages": ()}, {"version": "2.0"}, {"extras": ()}],
    ids=lambda change: next(iter(change)),
)
def test_the_key_depends_on(recipe, change):
    assert dataclasses.replace(recipe, **change).key("base", NOTHING) != recipe.key("base", NOTHING)


def test_the_key_depends_on_the_base_declarations_and_scripts_of_the_setup_command(recipe):
    keys = [recipe.key("base", NOTHING), recipe.key("other", NOTHING)]
    (recipe.tree / "install.sh").write_text("2")
    keys.append(recipe.key("base", NOTHING))
    (recipe.tree / "pyproject.toml").write_text("")
    keys.append(recipe.key("base", NOTHING))
    assert len(set(keys)) == 4

    (recipe.tree / "module.py").write_text("")
    assert recipe.key("base", NOTHING) == keys[-1]
    assert recipe.key("base", dataclasses.replace(NOTHING, needs=("mock",))) != keys[-1]


class TestStore:
    @pytest.fixture
    def tree(self, tmp_path):
        (tmp_path / "tree" / ".git").mkdir(parents=True)
        (tmp_path / "tree" / "a.py").write_text("a")
        (tmp_path / "tree" / "link").symlink_to("a.py")
        return tmp_path / "tree"

    @pytest.fixture
    def store(self, tmp_path):
        return Store(tmp_path / "cache", "key")

    def build(self, store, tree, generated=True):
        with store.building(tree) as site:
            if generated:
                (site.work / "overlay" / "made.so").write_text("")
            return store.save(Environment("local", "", site.prefix, "python", "3", "key", "log", cached=False))

    def test_what_was_saved_is_loaded(self, store, tree):
        built = self.build(store, tree)

        assert store.load() == dataclasses.replace(built, cached=True)
        assert (built.overlay / "made.so").exists()

    def test_nothing_generated_is_no_overlay(self, store, tree):
        assert self.build(store, tree, generated=False).overlay is None

    def test_the_copy_has_links_as_links_and_no_history(self, store, tree):
        with store.building(tree) as site:
            names = {path.name for path in (site.work / "tree").iterdir()}
            assert names == {"a.py", "link"} and (site.work / "tree" / "link").is_symlink()

    def test_a_failed_build_leaves_nothing(self, store, tree, tmp_path):
        with pytest.raises(ZeroDivisionError), store.building(tree):
            raise ZeroDivisionError

        assert store.load() is None and list((tmp_path / "cache/environments").iterdir()) == []

    def test_what_a_killed_build_left_is_not_taken_for_whole(self, store, tree, tmp_path):
        prefix = tmp_path / "cache/environments/key"
        (prefix / "half").mkdir(parents=True)

        assert store.load() is None
        assert not (self.build(store, tree).prefix / "half").exists()

    def test_an_environment_whose_folder_is_gone_is_not_loaded(self, store, tree):
        self.build(store, tree).prefix.rmdir()

        assert store.load() is None

    def test_a_second_run_waits_for_the_first(self, store):
        order, waiting = [], threading.Event()

        def second():
            with store.locked(lambda _: waiting.set()):
                order.append("second")

        thread = threading.Thread(target=second)
        with store.locked(lambda _: None):
            thread.start()
            assert waiting.wait(10)
            order.append("first")
        thread.join()
        assert order == ["first", "second"]
