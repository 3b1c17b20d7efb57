"""A stick's work in a process of its own that dies (SIGKILL) at its n-th dangerous moment.

Dangerous moments: just before and just after every fsync, and around every upload.
Prints the id of every statement that `put` promised to keep.
"""

import os
import signal
import sys
from pathlib import Path

from stick_bench import inspection

from rebond_agent.delivery import send_all
from rebond_agent.delivery.server import Answer, HttpServer
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened


class Fate:
    def __init__(self, moment: int) -> None:
        self.left = moment

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def sync(self, descriptor: int) -> None:
        self.tick()
        os.fsync(descriptor)
        self.tick()


class FatalServer:
    def __init__(self, url: str, fate: Fate) -> None:
        self._real = HttpServer(url=url, time_limit=5)
        self._fate = fate
        self.url = url

    def enrol(self, request: bytes, signature: str) -> Answer:
        return self._real.enrol(request, signature)

    def take_part(self, part: bytes) -> Answer:
        return self._real.take_part(part)

    def take(self, parcel: bytes) -> Answer:
        self._fate.tick()
        answer = self._real.take(parcel)
        self._fate.tick()
        return answer


def main(folder: str, moment: str, statements: str) -> None:
    fate = Fate(int(moment))
    stick = open_stick(Path(folder), Durable(fate.sync))
    with opened(stick) as outbox:
        for _ in range(int(statements)):
            parcel = outbox.put(lambda place: inspection(stick, place))
            os.write(1, f"{parcel.statement}\n".encode())
        server = FatalServer(stick.settings.server, fate)
        sent = send_all(outbox, server, sleep=lambda _: None)
        os.write(1, f"done {sent.waiting}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
