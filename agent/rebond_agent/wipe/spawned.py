"""A worker process and the pipe to it. It never outlives us, and we never wait for it for long."""

import os
import select
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Pipe

from rebond_agent.wipe.orders import Answer, Order, pack, unpack_answer

WORKER = "rebond_agent.wipe.worker"
_PIPE = 0
_GOODBYE_SECONDS = 2.0


class Spawned:
    """One process of `python -m rebond_agent.wipe.worker`.

    Neither subprocess nor multiprocessing: both join their children when the program ends, and a
    child that waits for a dead drive (state D) cannot be joined.
    """

    def __init__(self) -> None:
        """Start it, in a process group of its own: Ctrl-C is for the console to answer."""
        self._pipe, theirs = Pipe(duplex=True)
        try:
            self._pid = os.posix_spawn(
                sys.executable,
                # -P: a folder in which somebody stands must not slip a module in.
                [sys.executable, "-P", "-m", WORKER],
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), _PIPE)],
                setpgroup=0,
                setsigmask=[],
            )
        finally:
            theirs.close()
        self._ended = os.pidfd_open(self._pid)
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
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """Close the pipe, at which it leaves; kill it when it does not; give up when it cannot."""
        if self._ended < 0:
            return
        self._pipe.close()
        if not self._wait(_GOODBYE_SECONDS):
            self.kill()
            self._wait(_GOODBYE_SECONDS)
        os.close(self._ended)
        self._ended = -1

    def _wait(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._ended], [], [], seconds)
        if ready:
            os.waitpid(self._pid, 0)
        return bool(ready)
