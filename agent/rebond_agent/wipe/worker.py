"""The process that holds one drive: takes orders on descriptor 0, answers there, dies with it.

A process of its own, because one that waits for a dead drive can neither be stopped nor killed
(state D), and must not take the other drives with it.
"""

import os
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue

from rebond_agent.wipe.carry import carry_out
from rebond_agent.wipe.carry_firmware import carry_out_firmware
from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.layer import WRITING
from rebond_agent.wipe.opened import look
from rebond_agent.wipe.orders import (
    Answer,
    Cancel,
    Firmware,
    Here,
    Hold,
    NotOpened,
    Open,
    Order,
    Work,
    pack,
    unpack_order,
)
from rebond_agent.wipe.target import open_target
from rebond_agent.wipe.trouble import name_of
from rebond_agent.wipe.wishes import Wishes

PIPE = 0
"""The descriptor that the engine put the pipe on."""

NOT_FOR_WRITING = 4
"""Exit status when a drive that was opened to be read is to be changed: a mistake of ours, never done."""

ORPHANED = 3
"""Exit status after the engine has gone: nobody would record what is done from here on."""


def main() -> None:
    """Take orders until the pipe is closed."""
    pipe: Connection[bytes, bytes] = Connection(PIPE)
    orders: SimpleQueue[Order] = SimpleQueue()
    cancelled, held = threading.Event(), threading.Event()
    listening = (pipe, orders, cancelled, held)
    threading.Thread(target=_listen, args=listening, daemon=True).start()
    _serve(pipe, orders, Wishes(cancelled=cancelled.is_set, paused=held.is_set))


def _listen(
    pipe: "Connection[bytes, bytes]",
    orders: SimpleQueue[Order],
    cancelled: threading.Event,
    held: threading.Event,
) -> None:
    """Pass orders on; leave at once, in the middle of whatever, when the engine is no more."""
    while True:
        try:
            order = unpack_order(pipe.recv_bytes())
        except (EOFError, OSError):
            os._exit(ORPHANED)
        match order:
            case Cancel():
                cancelled.set()
            case Hold():
                held.set() if order.held else held.clear()
            case _:
                orders.put(order)


def _serve(pipe: "Connection[bytes, bytes]", orders: SimpleQueue[Order], wishes: Wishes) -> None:
    drive: Drive | None = None
    may_write = False

    def answer(message: Answer) -> None:
        try:
            pipe.send_bytes(pack(message))
        except OSError:
            os._exit(ORPHANED)

    answer(Here())
    while True:
        order = orders.get()
        if drive is not None and not may_write and _changes(order):
            os._exit(NOT_FOR_WRITING)
        match order:
            case Open():
                may_write = not order.read_only
                try:
                    drive = open_target(order.target, read_only=order.read_only)
                    answer(look(drive, look_for_mark=order.look_for_mark))
                except OSError as error:
                    answer(NotOpened(error=name_of(error)))
            case Work() if drive is not None:
                answer(carry_out(drive, order, answer, wishes))
            case Firmware() if drive is not None:
                answer(carry_out_firmware(drive, order, answer, wishes.cancelled))
            case Work() | Firmware() | Cancel() | Hold():
                answer(NotOpened(error="nothing was opened"))


def _changes(order: Order) -> bool:
    """Say whether the order may change the drive."""
    return isinstance(order, Firmware) or (isinstance(order, Work) and order.action in WRITING)


if __name__ == "__main__":
    main()
