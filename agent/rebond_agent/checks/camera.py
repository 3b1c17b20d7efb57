"""The camera: one frame of it."""

from rebond_agent.checks.step import STOPPED, Finding, Running, found, said
from rebond_agent.checks.tools import (
    Tools,
    absent_or_unknown,
    has_equipment,
    unsuccessful,
    while_running,
)
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed
from rebond_schemas.inspection import Result

LEAST_BYTES = 1000
LEAST_VALUES = 16
"""Different bytes in a frame: a closed shutter gives a few, noise alone gives more."""
_LIMIT = 15.0


def check(tools: Tools) -> Running:
    """Take one frame from the first camera that gives one."""
    nodes = [name for name in tools.machine.names("/dev") if name.startswith("video")]
    if not nodes:
        return absent_or_unknown(has_equipment(tools.facts, "webcam"))
    text = said(CheckPhrase.CAMERA_LOOKING)
    last = None
    for node in nodes[:8]:  # a camera has two nodes, the second one for metadata without frames
        command = ("v4l2-ctl", "--device", f"/dev/{node}", "--stream-mmap", "--stream-count=1",
                   "--stream-to=-")  # fmt: skip
        last = yield from while_running(tools, command, time_limit=_LIMIT, text=text)
        if last is None:
            return STOPPED
        if finding(last).result is Result.PASS:
            break
    return finding(last) if last is not None else STOPPED


def finding(frame: Completed) -> Finding:
    """Judge one frame: a picture passes, a blank one proves nothing, none at all fails."""
    if frame.outcome != "ok":
        return unsuccessful(frame)
    if len(frame.output) < LEAST_BYTES:
        return found(Result.FAIL, CheckPhrase.CAMERA_NO_FRAME)
    if len(set(frame.output)) < LEAST_VALUES:
        return found(Result.SKIPPED, CheckPhrase.CAMERA_BLANK)
    return found(Result.PASS, CheckPhrase.CAMERA_FRAME, size=len(frame.output))
