from __future__ import annotations

import subprocess

import pytest

from perfagent.tools.environment.version import UNKNOWN, version_of


def git(tree, *words):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "-C", str(tree), *identity, *words], check=True)


@pytest.mark.parametrize(
    ("tag", "version"),
    [("release-2.7.1", "2.7.1"), ("v1.0rc2", "1.0rc2"), ("REL_1_4", "1.4"), ("nightly", UNKNOWN)],
)
def test_the_version_comes_from_the_latest_tag(tmp_path, tag, version):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path, "tag", tag)

    assert version_of(tmp_path) == version


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("PKG-INFO", "Metadata-Version: 2.1\nName: x\nVersion: 3.2.1\n", "3.2.1"),
        ("CHANGELOG.md", "# Changes\n\n## [Unreleased]\n\n- 9.9 % faster\n\n## [1.4.0] - 2024-01-02\n## 1.3", "1.4.0"),
        ("CHANGES.rst", "Changes\n=======\n\nVersion 2.0\n-----------\n", "2.0"),
        ("HISTORY.txt", "pluggy 1.5.0 (2024-04-20)\n====", "1.5.0"),
        ("NEWS", "v0.3rc1\n", "0.3rc1"),
        ("README.md", "# 1.2.3", UNKNOWN),
    ],
)
def test_without_a_tag_the_files_tell(tmp_path, name, text, version):
    (tmp_path / name).write_text(text)

    assert version_of(tmp_path) == version


def test_another_repository_around_the_tree_does_not_count(tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path, "tag", "v5.0")
    (tmp_path / "tree").mkdir()

    assert version_of(tmp_path / "tree") == UNKNOWN
