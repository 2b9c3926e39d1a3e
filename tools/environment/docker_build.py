"""Building an environment in a container and keeping it as an image."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perfagent.tools.environment.builder import BUILD_PROCESSES, MEMORY_SHARE, STEP_TIMEOUT_S, Builder, Site
from perfagent.tools.environment.images import REPOSITORY, environment_labels
from perfagent.tools.environment.indexes import certificate_variables, certificates, index_variables, local_folders
from perfagent.tools.environment.interpreters import QUERY, Interpreter, accepts, find, parse_query
from perfagent.tools.environment.manifest import Manifest
from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.sandbox.docker import bind
from perfagent.tools.sandbox.docker_engine import (
    BASE_IMAGE,
    BASE_MINOR,
    Attached,
    engine_errors,
    image_id,
    owner_labels,
    remove,
)
from perfagent.tools.sandbox.protocol import Mount

if TYPE_CHECKING:
    from docker import DockerClient

Say = Callable[[str], None]
DEPENDENCIES = "perfagent/dependencies"
PREFIX, WORK, BUNDLE = "/opt/perfagent/venv", "/opt/perfagent/build", "/opt/perfagent/ca.crt"
SHARED, VOLUME, LABEL_PACKAGES = "/opt/perfagent/packages", "perfagent-packages", "perfagent.packages"
PULLABLE = "python:{}-bookworm"  # with a compiler and git, unlike the slim ones
PULLABLE_MINORS = range(14, 6, -1)
REGISTRY_TIMEOUT_S = 10  # to say whether it has an image
LIST_PYTHONS = "for n in 20 19 18 17 16 15 14 13 12 11 10 9 8 7; do command -v python3.$n; done; command -v python3"


class ContainerBuilder(Builder):
    """Builds as root in a container with the network on; of the host the work folder alone is writable.

    Its main process waits for the end of its attached input, which comes when perfagent is gone, however that happened.
    With `shared` it reads and writes the packages that all builds share: that is not for the target's own code, which
    could leave there what another target's build then installs.
    """

    prefix, work = PREFIX, WORK

    def __init__(self, site: Site, client: DockerClient, image: str, run_id: str, *, shared: bool = False) -> None:
        super().__init__(site)
        self._shared = shared
        self._client = client
        bundle = certificates()
        mounts = [
            Mount(site.work, WORK, writable=True),
            *(Mount(path, str(path)) for path in local_folders(index_variables())),
        ]
        mounts += [Mount(bundle, BUNDLE)] if bundle else []
        self._bundle = bundle is not None
        volume = {"Type": "volume", "Source": VOLUME, "Target": SHARED}
        with engine_errors():
            if shared:
                client.api.create_volume(VOLUME, labels={LABEL_PACKAGES: "1"})
            memory = int(client.info()["MemTotal"] * MEMORY_SHARE)
            container = client.api.create_container(
                image,
                ["cat"],
                entrypoint=[],
                stdin_open=True,
                user="0:0",
                working_dir="/",
                labels=owner_labels(run_id),
                host_config=client.api.create_host_config(
                    init=True,
                    log_config={"type": "none"},
                    mem_limit=memory,
                    memswap_limit=memory,
                    pids_limit=BUILD_PROCESSES,
                    mounts=[*map(bind, mounts), *([volume] if shared else [])],
                ),
            )
            self._container = str(container["Id"])
            self._input: Attached | None = None
            try:
                self._input = Attached(client.api.attach_socket(self._container, {"stdin": 1, "stream": 1}))
                client.api.start(self._container)
            except BaseException:
                self.close()
                raise

    def choose_python(self, manifest: Manifest, wanted: str | None, *, claimed: bool = False) -> Interpreter:
        """Take the image's best interpreter for the project; see `interpreters.find`.

        Raises:
            BuildError: none suits.
        """
        _, listing = self.run(["sh", "-c", LIST_PYTHONS])
        paths = [line for line in listing.split() if line.startswith("/")]
        if wanted and "/" in wanted:
            paths, wanted = [wanted], None
        asked = (parse_query(self.run([path, "-I", "-c", QUERY])[1]) for path in paths)
        chosen = find(manifest, wanted, asked, claimed=claimed)
        self.python = chosen.path
        return chosen

    def _environ(self) -> dict[str, str]:
        """See Builder; a package cache inside would only swell the image."""
        packages = {"PIP_CACHE_DIR": SHARED} if self._shared else {"PIP_NO_CACHE_DIR": "1"}
        extra = certificate_variables(BUNDLE) if self._bundle else {}
        return {
            **super()._environ(),
            "HOME": "/root",
            "PIP_ROOT_USER_ACTION": "ignore",
            **packages,
            **extra,
        }

    def _run(self, argv: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See Builder. The SDK's own timeout does not bound an exec: a timer kills the container instead."""
        api = self._client.api
        late = threading.Event()

        def give_up() -> None:
            late.set()
            api.kill(self._container)

        timer = threading.Timer(STEP_TIMEOUT_S, give_up)
        timer.start()
        try:
            with engine_errors():
                started = api.exec_create(
                    self._container, list(argv), environment=dict(env), workdir=f"{WORK}/tree", user="0:0"
                )["Id"]
                output: bytes = api.exec_start(started)
                code = api.exec_inspect(started)["ExitCode"]
        finally:
            timer.cancel()
        if late.is_set():
            raise BuildError(f"a build step did not end: {argv[0]}", "give a quicker --setup", code="PA303")
        return int(code), output.decode(errors="replace")

    def give_back(self) -> None:
        """Make what root made in the work folder ours."""
        self.run(["chown", "-R", f"{os.getuid()}:{os.getgid()}", WORK])

    def installed_python(self) -> Interpreter:
        """The interpreter of the virtual environment that the image has.

        Raises:
            BuildError: it has none that runs.
        """
        found = parse_query(self.run([f"{PREFIX}/bin/python", "-I", "-c", QUERY])[1])
        if found is None:
            raise BuildError("the image of the dependencies is broken", "remove it: docker image rm")
        self.python = found.path
        return found

    def commit(self, key: str, repository: str = REPOSITORY) -> str:
        """Keep the container as an image; its id."""
        with engine_errors():
            labels = environment_labels(key, self.site.cache)
            changes = [f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()]
            made = self._client.api.commit(self._container, repository, key, changes=changes)
            return str(made["Id"])

    def close(self) -> None:
        """Remove the container."""
        try:
            remove(self._client, self._container)
        finally:
            if self._input is not None:
                self._input.close()


@dataclass(frozen=True, slots=True)
class Base:
    """An image to build from. python: the interpreter to use, the image's best when None. claimed: whether the project
    must claim to support it.
    """

    image: str
    python: str | None = None
    claimed: bool = False


def bases(
    client: DockerClient, image: str | None, manifest: Manifest, wanted: str | None, cache: Path, say: Say
) -> Iterator[Callable[[], Base]]:
    """Ways to a suitable image, the cheapest first; each raises BuildError or SandboxUnavailable when it leads nowhere.

    The image asked for; else our base image, an official Python image that is here, our base image with an interpreter
    of this host, the base image with a newer Python than the project claims to support, an official image to be pulled.
    What is made on the way belongs to `cache`.
    """
    if image is not None:
        yield lambda: Base(present_or_pulled(client, image))
        return
    official = PULLABLE.format(f"3.{minor}") if (minor := _newest_minor(manifest, wanted)) else None
    yield lambda: Base(image_id(client, BASE_IMAGE), claimed=True)
    if official is not None:
        yield lambda: Base(image_id(client, official))
    yield lambda: _with_host_python(client, manifest, wanted, cache, say)
    yield lambda: Base(image_id(client, BASE_IMAGE))
    if official is not None:
        yield lambda: Base(pulled_soon(client, official, say))


def _newest_minor(manifest: Manifest, wanted: str | None) -> int | None:
    """The X of the newest 3.X that is allowed, and claimed where anything is."""
    suits = accepts(f"=={wanted}.*" if wanted else manifest.requires_python)
    newest = manifest.minors[-1] if manifest.minors and not wanted else PULLABLE_MINORS[0]
    found = (n for n in PULLABLE_MINORS if n <= newest and suits(Interpreter("", f"3.{n}.99")))
    return next(found, None)


def _with_host_python(client: DockerClient, manifest: Manifest, wanted: str | None, cache: Path, say: Say) -> Base:
    """The base image with the best interpreter of this host in it.

    Raises:
        BuildError: none suits, or it does not run there.
    """
    from perfagent.tools.environment.host_python import bake

    interpreter = find(manifest, wanted)
    if not wanted and manifest.minors and interpreter.minor > max(manifest.minors[-1], BASE_MINOR):
        raise BuildError(
            f"this host's nearest Python is {interpreter.version}", code="PA301"
        )  # the base image's is nearer
    say(f"putting this host's Python {interpreter.version} into the base image")
    return Base(bake(client, image_id(client, BASE_IMAGE), interpreter, cache), interpreter.path)


def pulled_soon(client: DockerClient, image: str, say: Say) -> str:
    """The id of an image from the registry, which has to answer soon.

    Raises:
        SandboxUnavailable: it does not, or lacks the image.
    """
    from docker import from_env
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    hurried = from_env(timeout=REGISTRY_TIMEOUT_S)
    try:
        hurried.api.inspect_distribution(image)
    except (DockerException, RequestException) as error:
        raise SandboxUnavailable(f"{image} cannot be pulled: {explanation(error)}", code="PA603") from error
    finally:
        hurried.close()
    say(f"pulling {image}")
    return present_or_pulled(client, image)


def present_or_pulled(client: DockerClient, image: str) -> str:
    """The id of an image, pulled when it is not here.

    Raises:
        SandboxUnavailable: it cannot be had.
    """
    from docker.errors import APIError

    try:
        return image_id(client, image)
    except SandboxUnavailable as missing:
        try:
            name, _, tag = image.partition(":") if "@" not in image else (image, "", "")
            return str(client.images.pull(name, tag or None).id)
        except APIError as error:
            raise SandboxUnavailable(
                f"the image {image} is not here and cannot be pulled: {explanation(error)}",
                missing.remedy,
                code="PA603",
            ) from error


def explanation(error: Exception) -> str:
    """The engine's own words."""
    text = str(getattr(error, "explanation", "") or error)
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text
