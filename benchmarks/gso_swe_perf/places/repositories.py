"""Where the histories of the benchmarks' projects come from, and trees of single commits taken out of them."""

from __future__ import annotations

import fcntl
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from perfagent.benchmarks.gso_swe_perf.datasets.hygiene import without_tests
from perfagent.benchmarks.gso_swe_perf.instances import Instance
from perfagent.benchmarks.gso_swe_perf.places.trees import Planted, apply_patch, commit_index, plant
from perfagent.tools.errors import EditError, RepositoryError
from perfagent.tools.repository import Git
from perfagent.tools.repository.git import CLONE_TIMEOUT_S, foreign

#: Where a repository is fetched from when no source that was given has it.
DEFAULT_SOURCE = "https://github.com"
#: A server that sends less than this many bytes a second for so many seconds has given up (git-config(1), http.*).
PATIENCE = ("http.lowSpeedLimit=1000", "http.lowSpeedTime=30")


class Repositories:
    """The histories of projects by their name `owner/name`.

    Args:
        sources: folders or addresses, asked in this order. A folder holds repositories, bare or not, as `owner+name`
            (or `owner+name/repo`), `owner__name`, `owner/name` or `name`, with or without `.git`, or is itself one of
            the project's name. An address is what `/owner/name` is appended to.
        cache: folder for clones.
        fallback: the address that is asked last; none when empty.
    """

    def __init__(self, sources: Sequence[str], cache: Path, *, fallback: str = DEFAULT_SOURCE) -> None:
        self.sources, self.cache, self.fallback = tuple(sources), cache, fallback

    def git_dir(self, repo: str) -> Path:
        """The git directory of a project; fetched at the first time when no folder has it.

        Raises:
            RepositoryError: it cannot be had.
        """
        folders = [Path(source).expanduser() for source in self.sources if not _is_address(source)]
        for folder in folders:
            for candidate in _candidates(folder, repo):
                if (found := _git_dir(candidate)) is not None:
                    return found
        return self._cached(repo)

    def resolve(self, repo: str, revision: str) -> str:
        """The full hash of a revision such as `<hash>` or `<hash>^`.

        Raises:
            RepositoryError: the history has no such commit.
        """
        where = self.git_dir(repo)
        git = Git(where, git_dir=where)
        ask = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        found = git.attempt(*ask)
        if found.status != 0 and where.is_relative_to(self.cache):
            # Heads of pull requests are on no branch: ask for the very commit.
            named = re.split(r"[\^~]", revision)[0]
            self._git_for_network(where).attempt("fetch", "--quiet", "origin", "--", named)
            found = git.attempt(*ask)
        if found.status != 0:
            raise RepositoryError(
                f"the history of {repo} in {where} has no commit {revision}",
                "give another --repositories folder",
                code="PA908",
            )
        return found.text

    def base_commit(self, instance: Instance) -> str:
        """The full hash of the instance's base commit; raises like `resolve`."""
        return self.resolve(instance.repo, instance.base_commit)

    def base_tree(self, instance: Instance, folder: Path) -> str:
        """Make `folder` a git repository of one commit: the instance's base, checked out; the commit's hash.

        Of the history there is nothing else, so that no git command finds the expert's change. The commit is the same
        wherever and whenever it is made. It has an annotated tag named as the last version tag before the base, so
        that tools that ask git for the project's version get one.

        Raises:
            RepositoryError: the base cannot be had, or `folder` is not empty.
        """
        return self._plant(instance, self.base_commit(instance), folder).commit

    def expert_tree(self, instance: Instance, folder: Path) -> str:
        """As `base_tree` with the expert's whole commit, tests included, or the base with the expert's diff."""
        if instance.expert_commit:
            return self._plant(instance, self.resolve(instance.repo, instance.expert_commit), folder).commit
        base = self.base_tree(instance, folder)
        git = Git(folder)
        apply_patch(git, instance.expert_patch)
        made = commit_index(git, base, "expert")
        git.run("reset", "--quiet", "--hard", made)
        return made

    def expert_bundle(self, instance: Instance) -> bytes:
        """The expert's code as a git bundle with the branch `expert` of one commit; raises like `expert_tree`."""
        with tempfile.TemporaryDirectory(prefix="perfagent-expert-") as name:
            folder = Path(name, "tree")
            made = self.expert_tree(instance, folder)
            git = Git(folder)
            git.run("update-ref", "refs/heads/expert", made)
            return git.run("bundle", "create", "--quiet", "-", "refs/heads/expert", "--tags").stdout

    def expert_diff(self, instance: Instance) -> str:
        """The expert's change without test files: the row's own diff, else taken from the history.

        A change of nothing but tests is left whole.

        Raises:
            RepositoryError: the row has neither a diff nor a commit, or the history lacks it.
        """
        if instance.expert_patch:
            return instance.expert_patch
        if not instance.expert_commit:
            raise RepositoryError(
                f"{instance.instance_id} has no expert's change: neither a diff nor a commit", code="PA908"
            )
        where = self.git_dir(instance.repo)
        expert = self.resolve(instance.repo, instance.expert_commit)
        base = self._before_expert(instance, expert)
        whole = Git(where, git_dir=where).canonical_diff(base, expert)
        return without_tests(whole) or whole

    def _before_expert(self, instance: Instance, expert: str) -> str:
        """The commit that the expert's change was made on, which is the base or came after it.

        A pull request's base is where its branch began; what landed later, as a merge or squashed into one commit that
        names the request, has other people's commits between. A branch's own head has none.
        """
        where = self.git_dir(instance.repo)
        told = Git(where, git_dir=where).run("show", "--no-patch", "--format=%P%n%s", expert).text
        parents, _, subject = told.partition("\n")
        request = instance.instance_id.rpartition("-")[2]
        landed = " " in parents or re.search(rf"#{re.escape(request)}\b", subject)
        return parents.split()[0] if landed else self.base_commit(instance)

    def comparison(self, instance: Instance, patch: str, folder: Path) -> Planted:
        """Make `folder` a repository with branches `base`, `patched` and, where there is one, `expert`.

        Each of the latter two is one commit on top of the base; the expert's is its change without tests, so that all
        three are judged by the same tests. An empty patch makes a commit without a change. `base` is checked out.

        Raises:
            RepositoryError: the base cannot be had.
            EditError: `does_not_apply`, the patch.
        """
        planted = self._plant(instance, self.base_commit(instance), folder)
        git = Git(folder)
        patched = _branch(git, planted.commit, "patched", patch)
        expert = ""
        if instance.expert_patch or instance.expert_commit:
            try:
                expert = _branch(git, planted.commit, "expert", self.expert_diff(instance))
            except EditError as error:
                git.run("reset", "--quiet", "--hard", planted.commit)
                raise RepositoryError(
                    f"the expert's change of {instance.instance_id} does not apply", code="PA908"
                ) from error
        return Planted(planted.commit, patched, expert)

    def _plant(self, instance: Instance, commit: str, folder: Path) -> Planted:
        where = self.git_dir(instance.repo)
        return Planted(plant(Git(where, git_dir=where), commit, folder))

    def _cached(self, repo: str) -> Path:
        """Our clone of a project, made at the first time by whoever comes first."""
        place = self.cache / "repositories" / f"{repo.replace('/', '__')}.git"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.is_dir():
                self._clone(repo, place)
        return place

    def _clone(self, repo: str, place: Path) -> None:
        """Clone from the first address that has the project, at once or not at all."""
        addresses = [source.rstrip("/") for source in (*self.sources, self.fallback) if _is_address(source)]
        reason = ""
        for address in dict.fromkeys(addresses):
            with tempfile.TemporaryDirectory(prefix="clone-", dir=place.parent) as folder:
                options = ("--bare", "--quiet", "--template=", "--no-local")
                told = self._git_for_network(Path(folder)).attempt(
                    "clone", *options, "--", f"{address}/{repo}", "new.git", timeout_s=CLONE_TIMEOUT_S
                )
                if told.status == 0:
                    Path(folder, "new.git").rename(place)
                    return
                reason = reason or told.reason
        raise RepositoryError(
            f"the history of {repo} is in no folder that was given and cannot be fetched ({reason or 'from nowhere'})",
            "give --repositories a folder with its clone",
            code="PA908",
        )

    @staticmethod
    def _git_for_network(where: Path) -> Git:
        return Git(where, user_config=True, extra=PATIENCE)


def _branch(git: Git, base: str, name: str, patch: str) -> str:
    """A branch of one commit on top of `base`, which is what is checked out before and after."""
    apply_patch(git, patch)
    made = commit_index(git, base, name)
    git.run("update-ref", f"refs/heads/{name}", made)
    git.run("reset", "--quiet", "--hard", base)
    git.run("clean", "--quiet", "-fdx")
    return made


def _is_address(source: str) -> bool:
    """Whether a source is something git fetches from: with a scheme, or `host:path`."""
    return "://" in source or (":" in source.partition("/")[0] and not Path(source).exists())


def _candidates(folder: Path, repo: str) -> Iterator[Path]:
    """Where below a source a project may be, those that name its owner first."""
    owner, _, name = repo.partition("/")
    for stem in (f"{owner}+{name}", f"{owner}__{name}", f"{owner}/{name}", name):
        yield from (folder / stem, folder / f"{stem}.git", folder / stem / "repo")
    if folder.name in (name, f"{name}.git", f"{owner}+{name}", f"{owner}__{name}"):
        yield from (folder, folder / "repo")


def _git_dir(candidate: Path) -> Path | None:
    """The git directory that a folder is or has."""
    if (candidate / "HEAD").is_file() and (candidate / "objects").is_dir():
        return candidate.resolve()
    if (candidate / ".git").exists():
        told = foreign(candidate).attempt("rev-parse", "--path-format=absolute", "--git-common-dir")
        return Path(told.text) if told.status == 0 else None
    return None
