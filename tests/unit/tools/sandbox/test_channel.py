from __future__ import annotations

import os
import socket
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfagent.tools.sandbox.channel import Frames, Lines, SocketChannel


def frame(stream, payload):
    return struct.pack(">BxxxL", stream, len(payload)) + payload


def cut(data, sizes):
    """The data in pieces of the given sizes, the rest at the end."""
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line)), st.lists(st.integers(0, 30)))
def test_lines_are_the_same_however_they_arrive(expected, sizes):
    lines = Lines()
    for piece in cut(b"".join(line + b"\n" for line in expected), sizes):
        lines.feed(piece)

    assert [lines.next() for _ in expected] == expected and lines.next() is None


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40))), st.lists(st.integers(0, 30)))
def test_frames_are_the_same_however_they_arrive(sent, sizes):
    frames, received = Frames(), {1: b"", 2: b""}
    for piece in cut(b"".join(frame(*one) for one in sent), sizes):
        for stream, payload in frames.feed(piece):
            received[stream] += payload

    assert received == {n: b"".join(payload for stream, payload in sent if stream == n) for n in (1, 2)}


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    channel = SocketChannel(ours, ours)
    yield channel, theirs
    channel.close()
    theirs.close()


def test_standard_error_is_kept_apart(pair):
    channel, theirs = pair
    theirs.sendall(frame(2, b"oh no\n") + frame(1, b"one\ntw") + frame(1, b"o\n"))

    assert [channel.receive(time.monotonic() + 10) for _ in range(2)] == [b"one", b"two"]
    assert channel.complaints() == "oh no"


def test_waiting_ends_at_the_deadline(pair):
    channel, _ = pair
    with pytest.raises(TimeoutError):
        channel.receive(time.monotonic() - 1)


def test_the_end_of_the_connection_is_none(pair):
    channel, theirs = pair
    theirs.sendall(frame(1, b"unfinished"))
    theirs.shutdown(socket.SHUT_WR)

    assert channel.receive(time.monotonic() + 10) is None


def test_what_is_sent_arrives(pair):
    channel, theirs = pair
    channel.send(b"hello\n")

    assert os.read(theirs.fileno(), 100) == b"hello\n"
