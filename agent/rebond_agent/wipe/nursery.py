"""The process that workers are forked from: it has loaded what they need, and does nothing else.

Python and the modules take a second or more to load on an old PC, and 30 MB; a fork takes neither,
and a drive needs a process of its own for each read-back. One thread, no drive open, no order read:
a fork of it is as fresh as a program just started. It leaves when whoever started it is no more.
"""

import gc
import os
import select
import socket
from contextlib import suppress

from rebond_agent.wipe import worker
from rebond_agent.wipe.spawned import BIRTH, CHANNEL


def main() -> None:
    """Fork a worker whenever one is asked for, until nobody can ask any more."""
    gc.freeze()  # what was loaded stays shared with the forks
    channel = socket.socket(fileno=CHANNEL)
    living: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([CHANNEL, *living], [], [])
        for ended in set(ready) - {CHANNEL}:
            os.waitpid(living.pop(ended), 0)
            os.close(ended)
        if CHANNEL in ready:
            said, brought, _, _ = socket.recv_fds(channel, len(BIRTH), 2)
            if said != BIRTH:
                return
            pipe, tell = brought
            process, child = _fork(pipe, (*living, tell))
            living[process] = child
            with socket.socket(fileno=tell) as answer, suppress(OSError):
                socket.send_fds(answer, [BIRTH], [process])


def _fork(pipe: int, foreign: tuple[int, ...]) -> tuple[int, int]:
    """Make a worker of a fork; return its process's descriptor and number."""
    child = os.fork()
    if child:
        os.close(pipe)
        # Its end was not asked for yet: the number is still its own.
        return os.pidfd_open(child), child
    try:
        os.setpgid(0, 0)
        os.dup2(pipe, worker.PIPE)  # in the channel's place
        for descriptor in (pipe, *foreign):
            os.close(descriptor)
        worker.main()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
