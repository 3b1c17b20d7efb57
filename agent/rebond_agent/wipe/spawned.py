"""A worker process and the pipe to it. It never outlives us, and we never wait for it for long."""

import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Pipe

from rebond_agent.wipe.orders import Answer, Order, pack, unpack_answer

NURSERY = "rebond_agent.wipe.nursery"
CHANNEL = 0
"""The nursery's descriptor on which workers are asked for."""

BIRTH = b"worker"
"""All that is said there, both ways; what matters are the descriptors that come with it."""

_GOODBYE_SECONDS = 2.0


class Nursery:
    """One process of `python -m rebond_agent.wipe.nursery`, from which workers are forked.

    Neither subprocess nor multiprocessing: both join their children when the program ends, and a
    child that waits for a dead drive (state D) cannot be joined.
    """

    def __init__(self) -> None:
        """Start it, in a process group of its own: Ctrl-C is for the console to answer."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._pid = os.posix_spawn(
                sys.executable,
                # -P: a folder in which somebody stands must not slip a module in.
                [sys.executable, "-P", "-m", NURSERY],
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), CHANNEL)],
                setpgroup=0,
                setsigmask=[],
            )

    def ask(self, pipe: int) -> socket.socket:
        """Ask for a worker with this pipe; it is told on what is returned. OSError: the nursery is dead."""
        told, tell = socket.socketpair()
        with tell:
            try:
                socket.send_fds(self._channel, [BIRTH], [pipe, tell.fileno()])
            except OSError:
                told.close()
                raise
        return told

    def close(self) -> None:
        """Let it leave, and wait for that; its workers, if there are any, stay."""
        self._channel.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


class _Current:
    """The nursery of this process, started with its first worker and again should it die."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nursery: Nursery | None = None

    def ask(self, pipe: int) -> socket.socket:
        with self._lock:
            if self._nursery is not None:
                with suppress(OSError):
                    return self._nursery.ask(pipe)
                self._nursery.close()
            self._nursery = Nursery()
            return self._nursery.ask(pipe)

    def close(self) -> None:
        with self._lock:
            if self._nursery is not None:
                self._nursery.close()
            self._nursery = None


_current = _Current()


def end_nursery() -> None:
    """End the process that workers are forked from; the next worker starts another one."""
    _current.close()


class Spawned:
    """One worker process (worker.py)."""

    def __init__(self) -> None:
        """Ask for it; it says `Here` when it runs."""
        self._pipe, theirs = Pipe(duplex=True)
        try:
            self._told = _current.ask(theirs.fileno())
        finally:
            theirs.close()
        self._process = -1
        """Its descriptor, once it was born."""
        self._closed = False
        self.alive = True

    def send(self, order: Order) -> None:
        """Give an order; a worker that has died shows when its answer is awaited."""
        with suppress(OSError):
            self._pipe.send_bytes(pack(order))

    def receive(self, seconds: float) -> Answer | None:
        """Return the next answer, or None after these seconds or when it has died (`alive`)."""
        try:
            if self._pipe.poll(seconds):
                return unpack_answer(self._pipe.recv_bytes())
        except (EOFError, OSError):
            self.alive = False
        return None

    def kill(self) -> None:
        """Kill it and do not wait: a process that waits for a dead drive stays until it answers."""
        self.alive = False
        if self._born():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def close(self) -> None:
        """Close the pipe, at which it leaves; kill it when it does not; give up when it cannot."""
        if self._closed:
            return
        self._closed = True
        self._pipe.close()
        if self._born() and not self._ended():
            self.kill()
            self._ended()
        # One that was not born yet finds its pipe closed, and leaves: it was not told to change anything.
        self._told.close()
        if self._process >= 0:
            os.close(self._process)

    def _born(self) -> bool:
        """Say whether it runs, or ran: its descriptor is known."""
        if self._process < 0:
            self._told.settimeout(_GOODBYE_SECONDS)
            with suppress(OSError):
                _, brought, _, _ = socket.recv_fds(self._told, len(BIRTH), 1)
                self._process = brought[0] if brought else -1
        return self._process >= 0

    def _ended(self) -> bool:
        ready, _, _ = select.select([self._process], [], [], _GOODBYE_SECONDS)
        return bool(ready)
