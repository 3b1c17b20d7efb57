"""The process that holds one drive: takes orders on descriptor 0, answers there, dies with it.

A process of its own, because one that waits for a dead drive can neither be stopped nor killed
(state D), and must not take the other drives with it.
"""

import os
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue

from rebond_agent.wipe.carry import carry_out, look
from rebond_agent.wipe.carry_firmware import carry_out_firmware
from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.orders import (
    Answer,
    Cancel,
    Firmware,
    NotOpened,
    Open,
    Order,
    Work,
    pack,
    unpack_order,
)
from rebond_agent.wipe.target import open_target
from rebond_agent.wipe.trouble import name_of

PIPE = 0
"""The descriptor that the engine put the pipe on."""

ORPHANED = 3
"""Exit status after the engine has gone: nobody would record what is done from here on."""


def main() -> None:
    """Take orders until the pipe is closed."""
    pipe: Connection[bytes, bytes] = Connection(PIPE)
    orders: SimpleQueue[Order] = SimpleQueue()
    cancelled = threading.Event()
    threading.Thread(target=_listen, args=(pipe, orders, cancelled), daemon=True).start()
    _serve(pipe, orders, cancelled)


def _listen(pipe: "Connection[bytes, bytes]", orders: SimpleQueue[Order], cancelled: threading.Event) -> None:  # fmt: skip
    """Pass orders on; leave at once, in the middle of whatever, when the engine is no more."""
    while True:
        try:
            order = unpack_order(pipe.recv_bytes())
        except (EOFError, OSError):
            os._exit(ORPHANED)
        if isinstance(order, Cancel):
            cancelled.set()
        else:
            orders.put(order)


def _serve(pipe: "Connection[bytes, bytes]", orders: SimpleQueue[Order], cancelled: threading.Event) -> None:  # fmt: skip
    drive: Drive | None = None

    def answer(message: Answer) -> None:
        try:
            pipe.send_bytes(pack(message))
        except OSError:
            os._exit(ORPHANED)

    while True:
        order = orders.get()
        match order:
            case Open():
                try:
                    drive = open_target(order.target, read_only=order.read_only)
                    answer(look(drive))
                except OSError as error:
                    answer(NotOpened(error=name_of(error)))
            case Work() if drive is not None:
                answer(carry_out(drive, order, answer, cancelled.is_set))
            case Firmware() if drive is not None:
                answer(carry_out_firmware(drive, order, answer, cancelled.is_set))
            case Work() | Firmware() | Cancel():
                answer(NotOpened(error="nothing was opened"))


if __name__ == "__main__":
    main()
