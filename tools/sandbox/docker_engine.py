"""The Docker engine as the other files here use it: connecting, images, labels, and errors in our words."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from perfagent.tools.errors import SandboxError, SandboxUnavailable
from perfagent.tools.sandbox.owners import Process, identify

if TYPE_CHECKING:
    from docker import DockerClient

BASE_IMAGE = "perfagent/base:bookworm"
BASE_MINOR = 11  # of its Python 3
ENGINE_TIMEOUT_S = 120.0  # for one API call; removing a container took 0.4 s on a loaded machine
ENGINE_REMEDY = "start Docker (systemctl start docker), or add yourself to its group (usermod -aG docker $USER)"
LABEL_RUN, LABEL_PID, LABEL_STARTED = "perfagent.run", "perfagent.pid", "perfagent.started"
LABEL_BOOT, LABEL_NAMESPACE = "perfagent.boot", "perfagent.pid_namespace"
NOT_FOUND = 404


class Attached:
    """One of the engine's hijacked connections, which the SDK leaves to be closed.

    Args:
        stream: what `attach_socket` and `exec_start(socket=True)` return.

    Attributes:
        connection: the socket, without a time limit.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        # A SocketIO over a local socket; over TLS it is the socket itself.
        self.connection: socket.socket = getattr(stream, "_sock", stream)
        self.connection.settimeout(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and the answer that the SDK took it from and keeps.

        An answer whose socket was closed beneath it complains when it is collected, from Python 3.13 on (CPython's
        issue 62948).
        """
        for each in (getattr(self._stream, "_response", None), self._stream, self.connection):
            if each is not None:
                each.close()


@contextlib.contextmanager
def connected() -> Iterator[DockerClient]:
    """A client of the engine DOCKER_HOST names.

    Raises:
        SandboxUnavailable: there is none, or it does not let us in.
        SandboxError: a call inside the block failed.
    """
    client = connect()
    try:
        with engine_errors():
            yield client
    finally:
        client.close()


def connect() -> DockerClient:
    """As `connected`, for a client that lives longer than a block; the caller closes it.

    Raises:
        SandboxUnavailable: there is no engine, or it does not let us in.
    """
    import docker

    try:
        knock()
        return docker.from_env(timeout=ENGINE_TIMEOUT_S)
    except OSError as error:  # RequestException is one as well
        raise SandboxUnavailable(f"the Docker engine does not answer ({error})", ENGINE_REMEDY, code="PA602") from error
    except docker.errors.DockerException as error:
        reason = str(error).split("(", 1)[0].strip().rstrip(":")
        raise SandboxUnavailable(
            f"the Docker engine does not answer ({reason})", ENGINE_REMEDY, code="PA602"
        ) from error


def knock() -> None:
    """Connect to a local engine's socket once: the SDK's own failure tells little and leaks the socket.

    Raises:
        OSError: nobody opens.
    """
    address = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(address.removeprefix("unix://"))


@contextlib.contextmanager
def engine_errors() -> Iterator[None]:
    """Turns the SDK's two families of errors into SandboxError."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except (DockerException, RequestException) as error:
        raise SandboxError(f"the Docker engine failed: {error}", code="PA602") from error


def image_id(client: DockerClient, image: str) -> str:
    """The id of an image that is present; looked up first because creating would try to pull.

    Raises:
        SandboxUnavailable: it is not there.
    """
    from docker.errors import ImageNotFound

    try:
        return str(client.images.get(image).id)
    except ImageNotFound as error:
        remedy = "perfagent image build-base" if image == BASE_IMAGE else f"docker pull {image}"
        raise SandboxUnavailable(f"the image {image} is not there", remedy, code="PA603") from error


def present(client: DockerClient, image: str) -> bool:
    """Whether an image is there."""
    try:
        return bool(image_id(client, image))
    except SandboxUnavailable:
        return False


def owner_labels(run_id: str) -> dict[str, str]:
    """Labels that say whose a container is, for `reap`."""
    me = identify(os.getpid())
    return {
        LABEL_RUN: run_id,
        LABEL_PID: str(me.pid),
        LABEL_STARTED: str(me.started),
        LABEL_BOOT: me.boot,
        LABEL_NAMESPACE: me.namespace,
    }


def owner(labels: dict[str, str]) -> Process | None:
    """The process the labels name; None when they are not all there."""
    try:
        pid, started = int(labels[LABEL_PID]), int(labels[LABEL_STARTED])
        return Process(labels[LABEL_BOOT], labels[LABEL_NAMESPACE], pid, started)
    except (KeyError, ValueError):
        return None


def reap_containers(run_id: str | None) -> list[str]:
    """Remove containers of the given run, or those whose owner is gone; their names.

    Nothing is removed when there is no engine.
    """
    removed: list[str] = []
    with contextlib.suppress(SandboxError), connected() as client:
        wanted = LABEL_RUN if run_id is None else f"{LABEL_RUN}={run_id}"
        for container in client.containers.list(all=True, filters={"label": wanted}, ignore_removed=True):
            who = owner(container.labels)
            if run_id is not None or (who is not None and not who.alive):
                remove(client, container.id)
                removed.append(str(container.name))
    return removed


def remove(client: DockerClient, container: str) -> None:
    """Kill and remove a container with its anonymous volumes; harmless when it is gone or going.

    Raises:
        SandboxError: the engine failed.
    """
    from docker.errors import APIError

    with engine_errors():
        try:
            client.api.remove_container(container, force=True, v=True)
        except APIError as error:
            # 404: somebody was faster; 409: the engine is removing it already.
            if error.response is None or error.response.status_code not in (NOT_FOUND, 409):
                raise


def state(client: DockerClient, container: str) -> dict[str, Any]:
    """The engine's State object of a container.

    Raises:
        SandboxError: it is gone, or the engine failed.
    """
    with engine_errors():
        found: dict[str, Any] = client.api.inspect_container(container)["State"]
        return found
