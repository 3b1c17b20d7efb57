"""Several runs of bytes under way at once, their results in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from rebond_agent.wipe.fill import aligned

Job = TypeVar("Job")
Result = TypeVar("Result")


def pipelined(
    jobs: Iterable[Job],
    run: Callable[[Job, memoryview], Result],
    *,
    depth: int,
    room_bytes: int,
) -> Generator[Result, None, None]:
    """Yield `run(job, room)` of each job in order; each has aligned room of its own meanwhile.

    Depth 1 works in this thread, so that every operation has its number. Measured: the cipher
    holds the interpreter's lock and pread, pwrite and memcmp release it, so with depth 2 one run
    is made while the other is on its way to the drive; more gains nothing for writes.
    """
    if depth == 1:
        room = aligned(room_bytes)
        for job in jobs:
            yield run(job, room)
        return
    rooms: SimpleQueue[memoryview] = SimpleQueue()
    for _ in range(depth):
        rooms.put(aligned(room_bytes))

    def with_room(job: Job) -> Result:
        room = rooms.get()
        try:
            return run(job, room)
        finally:
            rooms.put(room)

    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(depth, thread_name_prefix="drive") as pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(with_room, job))
                if len(waiting) > depth:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
