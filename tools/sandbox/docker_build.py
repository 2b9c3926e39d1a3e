"""Building an environment in a container and keeping it as an image."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from perfagent.tools.errors import BuildError, SandboxUnavailable
from perfagent.tools.sandbox.builder import (
    STEP_TIMEOUT_S,
    Builder,
    Site,
    certificate_variables,
    certificates,
    wheel_folders,
)
from perfagent.tools.sandbox.docker import bind
from perfagent.tools.sandbox.docker_engine import BASE_IMAGE, engine_errors, image_id, owner_labels, remove
from perfagent.tools.sandbox.images import REPOSITORY, environment_labels
from perfagent.tools.sandbox.interpreters import QUERY, Interpreter, accepts, find, parse_query
from perfagent.tools.sandbox.manifest import Manifest
from perfagent.tools.sandbox.protocol import Mount

if TYPE_CHECKING:
    from docker import DockerClient

PREFIX, WORK, BUNDLE = "/opt/perfagent/venv", "/opt/perfagent/build", "/opt/perfagent/ca.crt"
PULLABLE = "python:{}-bookworm"  # with a compiler and git, unlike the slim ones
PULLABLE_MINORS = range(14, 7, -1)
LIST_PYTHONS = "for n in 20 19 18 17 16 15 14 13 12 11 10 9 8 7; do command -v python3.$n; done; command -v python3"


class ContainerBuilder(Builder):
    """Builds as root in a container with the network on; of the host the work folder alone is writable."""

    prefix, work = PREFIX, WORK

    def __init__(self, site: Site, client: DockerClient, image: str, run_id: str) -> None:
        super().__init__(site)
        self._client = client
        bundle = certificates()
        mounts = [
            Mount(site.work, WORK, writable=True),
            *(Mount(path, str(path)) for path in wheel_folders()),
        ]
        mounts += [Mount(bundle, BUNDLE)] if bundle else []
        self._bundle = bundle is not None
        with engine_errors():
            container = client.api.create_container(
                image,
                ["sleep", "infinity"],
                entrypoint=[],
                user="0:0",
                working_dir="/",
                labels=owner_labels(run_id),
                host_config=client.api.create_host_config(
                    init=True, log_config={"type": "none"}, mounts=[bind(mount) for mount in mounts]
                ),
            )
            self._container = str(container["Id"])
            try:
                client.api.start(self._container)
            except BaseException:
                self.close()
                raise

    def choose_python(self, manifest: Manifest, wanted: str | None) -> Interpreter:
        """Take the image's best interpreter for the project.

        Raises:
            BuildError: none suits.
        """
        _, listing = self.run(["sh", "-c", LIST_PYTHONS])
        paths = [line for line in listing.split() if line.startswith("/")]
        if wanted and "/" in wanted:
            paths, wanted = [wanted], None
        asked = (parse_query(self.run([path, "-I", "-c", QUERY])[1]) for path in paths)
        chosen = find(manifest, wanted, asked)
        self.python = chosen.path
        return chosen

    def _environ(self) -> dict[str, str]:
        """See Builder; a package cache would only swell the image."""
        extra = certificate_variables(BUNDLE) if self._bundle else {}
        return {
            **super()._environ(),
            "HOME": "/root",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
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
            raise BuildError(f"a build step did not end: {argv[0]}", "give a quicker --setup")
        return int(code), output.decode(errors="replace")

    def give_back(self) -> None:
        """Make what root made in the work folder ours."""
        self.run(["chown", "-R", f"{os.getuid()}:{os.getgid()}", WORK])

    def commit(self, key: str) -> str:
        """Keep the container as an image; its id."""
        with engine_errors():
            labels = environment_labels(key, self.site.cache)
            changes = [f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()]
            made = self._client.api.commit(self._container, REPOSITORY, key, changes=changes)
            return str(made["Id"])

    def close(self) -> None:
        """Remove the container."""
        remove(self._client, self._container)


def images(client: DockerClient, image: str | None, manifest: Manifest, wanted: str | None) -> Iterator[str]:
    """Ids of images to try in turn: the one asked for, else our base, else the official Python's.

    Raises:
        SandboxUnavailable: an image is not here and cannot be pulled.
    """
    if image is not None:
        yield present_or_pulled(client, image)
        return
    try:
        yield image_id(client, BASE_IMAGE)
    except SandboxUnavailable:
        pass
    suits = accepts(f"=={wanted}.*" if wanted else manifest.requires_python)
    newest = manifest.minors[-1] if manifest.minors else PULLABLE_MINORS[0]
    minors = [n for n in PULLABLE_MINORS if n <= newest and suits(Interpreter("", f"3.{n}.99"))]
    if not minors:
        return
    try:
        yield present_or_pulled(client, PULLABLE.format(f"3.{minors[0]}"))
    except SandboxUnavailable as error:
        remedy = "give an image with that Python (--image), or use this machine's Pythons (--sandbox bubblewrap)"
        raise SandboxUnavailable(f"no local image suits, and {error.message}", remedy) from error


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
                f"the image {image} is not here and cannot be pulled: {explanation(error)}", missing.remedy
            ) from error


def explanation(error: Exception) -> str:
    """The engine's own words."""
    text = str(getattr(error, "explanation", "") or error)
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text
