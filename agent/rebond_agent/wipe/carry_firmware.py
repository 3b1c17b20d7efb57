"""One firmware task on an opened drive: who answers, the method, and every word of it as evidence."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from rebond_agent.wipe import (
    ata,
    method_ata_sanitize,
    method_ata_security,
    method_mmc,
    method_nvme,
    method_scsi,
    nvme,
    opal,
    scsi,
)
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.hidden_area import open_up
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.method import DONE, Came, Result, failed, refused
from rebond_agent.wipe.opened import changed
from rebond_agent.wipe.orders import Done, Firmware, Opened, Tick
from rebond_agent.wipe.pulse import Pulse
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.trouble import name_of
from rebond_schemas.erasure import Command, HiddenArea, Method, Pass
from rebond_schemas.facts import Bus, DriveIdentity
from rebond_schemas.text import clean

BEAT_SECONDS = 5.0

Run = Callable[[Conversation, Opened], Result]
"""A method, on the drive that was opened."""


def carry_out_firmware(
    drive: Drive,
    order: Firmware,
    report: Callable[[Tick], None],
    stopped: Callable[[], bool],
) -> Done:
    """Have the firmware do the task; the drive's identity is read before and behind it."""
    began = time.monotonic()
    wrong = changed(drive, order.opened)
    transport = drive.firmware()
    if wrong is not None:
        return _done(order, failed(*wrong), [], checked=False, began=began)
    if transport is None:
        return _done(order, refused(Reason.NOT_OFFERED), [], checked=True, began=began)
    share = [0.0]
    pulse = Pulse(lambda: report(_tick(order.opened, share[0])))

    def tell(done: float) -> None:
        share[0] = done
        pulse.beat()

    talk = Conversation(transport, tell=tell, stopped=stopped)
    with _beating(talk, pulse):
        result, area = _task(talk, order)
    if result.came is Came.DONE and (wrong := changed(drive, order.opened)):
        result = failed(*wrong)
    return _done(order, result, talk.commands, checked=True, began=began, area=area)


@contextmanager
def _beating(talk: Conversation, pulse: Pulse) -> Iterator[None]:
    """Give signs of life while a command that may take hours is under way, but no longer."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            if time.monotonic() < talk.until:
                pulse.beat()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()  # two threads must not speak at once


def _task(talk: Conversation, order: Firmware) -> tuple[Result, HiddenArea | None]:
    try:
        if (other := _other_drive(talk, order)) is not None:
            return failed(Reason.OTHER_DRIVE, other), None
        if order.task is not None:
            return _erase(talk, order.task, order.opened), None
        opened_up = opal.open_up(talk, order.psid)
        if opened_up.came is not Came.DONE:
            return opened_up, None
        nvme_bus = order.opened.identity.bus is Bus.NVME
        settled = (method_nvme if nvme_bus else method_ata_sanitize).settle(talk)
        if nvme_bus or settled.came is not Came.DONE:
            return settled, None
        found = open_up(talk)
    except OSError as error:
        return failed(Reason.DRIVE_GONE, name_of(error)), None
    return (failed(found.reason, found.detail) if found.reason else DONE), found.area


def _other_drive(talk: Conversation, order: Firmware) -> str | None:
    """Say whether the firmware that answers is another drive's than the one that was opened."""
    name = order.task
    asks_nvme = order.opened.identity.bus is Bus.NVME if name is None else name.startswith("nvme_")
    if asks_nvme:
        answer = talk.nvme("nvme-identify", nvme.IDENTIFY_CONTROLLER)
        told = nvme.controller(answer.data) if answer is not None and answer.good else None
        if told is None:
            return None
        seen = DriveIdentity(model=clean(told.model), serial=clean(told.serial))
    elif name is None or name.startswith("ata_"):
        who = method_ata_security.identify(talk)
        if who is None:
            return None
        seen = DriveIdentity(model=who.model, serial=who.serial)
    else:
        return None
    return difference(order.opened.identity, seen)


def _erase(talk: Conversation, method: Method, opened: Opened) -> Result:
    run = _METHODS.get(method)
    return run(talk, opened) if run is not None else refused(Reason.NOT_OFFERED)


def _security(*, enhanced: bool) -> Run:
    return lambda talk, _opened: method_ata_security.erase(talk, enhanced=enhanced)


def _ata_sanitize(way: ata.SanitizeWay) -> Run:
    return lambda talk, _opened: method_ata_sanitize.erase(talk, way)


def _nvme_sanitize(way: nvme.SanitizeWay) -> Run:
    return lambda talk, _opened: method_nvme.sanitize(talk, way)


def _nvme_format(*, crypto: bool) -> Run:
    return lambda talk, _opened: method_nvme.format_all(talk, crypto=crypto)


def _scsi_sanitize(way: scsi.SanitizeWay) -> Run:
    return lambda talk, opened: method_scsi.sanitize(
        talk, way, block_bytes=opened.block_bytes, size_bytes=opened.size_bytes
    )


def _mmc_secure_erase(talk: Conversation, opened: Opened) -> Result:
    return method_mmc.secure_erase(talk, opened.identity.model, opened.size_bytes)


def _mmc_sanitize(talk: Conversation, opened: Opened) -> Result:
    return method_mmc.sanitize(talk, opened.size_bytes)


def _scsi_format(talk: Conversation, opened: Opened) -> Result:
    return method_scsi.format_unit(talk, size_bytes=opened.size_bytes)


# The PSID revert is not among them: what it does is believed only by what follows it (opal.py).
_METHODS: Mapping[Method, Run] = MappingProxyType(
    {
        Method.ATA_SECURITY_ERASE: _security(enhanced=False),
        Method.ATA_SECURITY_ERASE_ENHANCED: _security(enhanced=True),
        Method.ATA_SANITIZE_BLOCK: _ata_sanitize("block"),
        Method.ATA_SANITIZE_CRYPTO: _ata_sanitize("crypto"),
        Method.ATA_SANITIZE_OVERWRITE: _ata_sanitize("overwrite"),
        Method.NVME_SANITIZE_BLOCK: _nvme_sanitize("block"),
        Method.NVME_SANITIZE_CRYPTO: _nvme_sanitize("crypto"),
        Method.NVME_SANITIZE_OVERWRITE: _nvme_sanitize("overwrite"),
        Method.NVME_FORMAT_CRYPTO: _nvme_format(crypto=True),
        Method.NVME_FORMAT_USER: _nvme_format(crypto=False),
        Method.SCSI_SANITIZE_BLOCK: _scsi_sanitize("block"),
        Method.SCSI_SANITIZE_CRYPTO: _scsi_sanitize("crypto"),
        Method.SCSI_SANITIZE_OVERWRITE: _scsi_sanitize("overwrite"),
        Method.SCSI_FORMAT: _scsi_format,
        Method.MMC_SECURE_ERASE: _mmc_secure_erase,
        Method.MMC_SANITIZE: _mmc_sanitize,
    }
)


def _tick(opened: Opened, share: float) -> Tick:
    return Tick(bytes_done=int(share * opened.size_bytes), fault_count=0, mismatch_count=0)


def _done(
    order: Firmware,
    result: Result,
    commands: list[Command],
    *,
    checked: bool,
    began: float,
    area: HiddenArea | None = None,
) -> Done:
    done = result.came is Came.DONE
    return Done(
        passed=Pass(
            action="command",
            complete=done,
            bytes_done=0,
            seconds=time.monotonic() - began,
            own_process=order.own_process,
            commands=tuple(commands),
        ),
        identity_checked=checked,
        reason=None if done else result.reason,
        detail=None if done else result.detail,
        refused=result.came is Came.REFUSED,
        hidden_area=area,
    )
