"""A bad line between agent and server: a TCP proxy that cuts, loses and delays, as it is told."""

import contextlib
import random
import socket
import struct
import threading
import time
from typing import Self

SEGMENT = 1460
"""Bytes of one segment on an Ethernet."""
LATE_SHARE = DEAD_SHARE = 0.05
LATE_SECONDS = 0.02
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that turns a close into a reset."""


class Line:
    """Passes bytes both ways, and counts what it did to them."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._target, self._chance = port, chance
        self._lock = threading.Lock()
        self._left: int | None = None
        self._how = (False, False)
        self.cut = self.lost = self.late = 0
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._door.close()

    def url(self, server: object) -> str:
        """Return the address of the server through this line."""
        scheme = str(getattr(server, "url", "http:")).split(":", maxsplit=1)[0]
        return f"{scheme}://127.0.0.1:{self._door.getsockname()[1]}"

    def cut_at(self, offset: int, chance: random.Random) -> None:
        """Cut once, after so many more bytes of either direction: closed or reset."""
        with self._lock:
            self._left = offset
            self._how = (chance.random() < 0.5, chance.random() < 0.5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                dead = self._chance.random() < DEAD_SHARE
                self.lost += dead
            if dead:
                self._end(client, reset=True)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._target), 5)
            except OSError:
                self._end(client, reset=True)
                continue
            pair = (client, server)
            for one, other in (pair, pair[::-1]):
                threading.Thread(target=self._pass, args=(one, other, pair), daemon=True).start()

    def _pass(
        self, one: socket.socket, other: socket.socket, pair: tuple[socket.socket, ...]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(SEGMENT):
                keep, cut, reset = self._take(len(data))
                if keep:
                    other.sendall(data[:keep])
                if cut:
                    for end in pair:
                        self._end(end, reset=reset)
                    return
            other.shutdown(socket.SHUT_WR)

    def _take(self, count: int) -> tuple[int, bool, bool]:
        """Return how many of these bytes pass, and whether the line is cut behind them."""
        with self._lock:
            late = self._chance.random() < LATE_SHARE
            self.late += late
            if self._left is None or count <= self._left:
                self._left = None if self._left is None else self._left - count
                keep, cut = count, False
            else:
                keep, cut = self._left, True
                self._left = None
                self.cut += 1
            reset = self._how[0]
        if late:
            time.sleep(LATE_SECONDS)
        return keep, cut, reset

    @staticmethod
    def _end(end: socket.socket, *, reset: bool) -> None:
        with contextlib.suppress(OSError):
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            end.close()
