"""Whether raw commands and answers show that the drive finished this very erasure."""

from collections.abc import Iterator
from enum import StrEnum

from rebond_schemas.erasure import Command, Method
from rebond_server.domain.firmware_answer import (
    AtaCommand,
    AtaSecurity,
    NvmeCommand,
    SanitizeLog,
    ata_command,
    ata_registers,
    ata_security,
    nvme_command,
    nvme_status,
    sanitize_log,
    scsi_sense,
)
from rebond_server.domain.verdict_reason import Code, Reason


class Protocol(StrEnum):
    """The language of a firmware command."""

    ATA = "ata"
    NVME = "nvme"
    SCSI = "scsi"
    MMC = "mmc"


_M = Method
PROTOCOLS: dict[Method, Protocol] = {
    method: protocol
    for protocol, methods in {
        Protocol.ATA: (
            _M.ATA_SECURITY_ERASE,
            _M.ATA_SECURITY_ERASE_ENHANCED,
            _M.ATA_SANITIZE_BLOCK,
            _M.ATA_SANITIZE_CRYPTO,
            _M.ATA_SANITIZE_OVERWRITE,
        ),
        Protocol.NVME: (
            _M.NVME_SANITIZE_BLOCK,
            _M.NVME_SANITIZE_CRYPTO,
            _M.NVME_SANITIZE_OVERWRITE,
            _M.NVME_FORMAT_CRYPTO,
            _M.NVME_FORMAT_USER,
        ),
        Protocol.SCSI: (
            _M.SCSI_SANITIZE_BLOCK,
            _M.SCSI_SANITIZE_CRYPTO,
            _M.SCSI_SANITIZE_OVERWRITE,
            _M.SCSI_FORMAT,
        ),
        Protocol.MMC: (_M.MMC_SECURE_ERASE, _M.MMC_SANITIZE),
    }.items()
    for method in methods
}
"""Methods whose proof can be read here; a TCG revert leaves no state that could be asked for."""

_IDENTIFY, _SET_PASSWORD, _ERASE_UNIT, _SANITIZE = 0xEC, 0xF1, 0xF4, 0xB4
_ENHANCED = 0x02
_SANITIZE_FEATURES = {
    _M.ATA_SANITIZE_CRYPTO: 0x0011,
    _M.ATA_SANITIZE_BLOCK: 0x0012,
    _M.ATA_SANITIZE_OVERWRITE: 0x0014,
}
_SANITIZE_DONE, _SANITIZE_BUSY, _SANITIZE_FROZEN = 0x8000, 0x4000, 0x2000
_NVME_SANITIZE, _NVME_FORMAT, _NVME_LOG = 0x84, 0x80, 0x02
_NVME_ACTIONS = {
    _M.NVME_SANITIZE_BLOCK: 2,
    _M.NVME_SANITIZE_OVERWRITE: 3,
    _M.NVME_SANITIZE_CRYPTO: 4,
}
_NVME_SES = {_M.NVME_FORMAT_USER: 1, _M.NVME_FORMAT_CRYPTO: 2}
_SCSI_SANITIZE, _SCSI_FORMAT, _SCSI_SENSE = 0x48, 0x04, 0x03
_SCSI_ACTIONS = {
    _M.SCSI_SANITIZE_OVERWRITE: 1,
    _M.SCSI_SANITIZE_BLOCK: 2,
    _M.SCSI_SANITIZE_CRYPTO: 3,
}
_MMC_EXT_CSD, _MMC_STATUS = 8, 13
_MMC_DISCARD = bytes.fromhex("2600000001")
_MMC_ACTIONS = {
    # The command, and the bit of SEC_FEATURE_SUPPORT (231) by which the card offers it.
    _M.MMC_SECURE_ERASE: (bytes.fromhex("2680000000"), 0x01),
    _M.MMC_SANITIZE: (bytes.fromhex("0603a50101"), 0x40),
}
_MMC_FEATURES, _EXT_CSD_LENGTH = 231, 512
_MMC_IDLE, _MMC_ERRORS = 0x0900, 0xFDF9A080
"""R1 response (JESD84-B51): ready for data in transfer state; bits that tell an error."""
_LEAST_CDB = 12
"""Hexadecimal digits of the shortest CDB, six bytes."""
_UNDER_WAY = frozenset({(0x04, 0x1B), (0x04, 0x04)})
"""SPC-5: logical unit not ready, sanitize or format in progress."""


def is_firmware(method: Method) -> bool:
    """Say whether this method is a firmware command whose proof this server can read."""
    return method in PROTOCOLS


def command_proof(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """Give the reasons why these commands do not show this method finished; none when they do."""
    match PROTOCOLS[method]:
        case Protocol.ATA if method in _SANITIZE_FEATURES:
            yield from _ata_sanitize(method, commands)
        case Protocol.ATA:
            yield from _ata_security(method, commands)
        case Protocol.NVME if method in _NVME_ACTIONS:
            yield from _nvme_sanitize(method, commands)
        case Protocol.NVME:
            yield from _nvme_format(method, commands)
        case Protocol.SCSI:
            yield from _scsi(method, commands)
        case Protocol.MMC:
            yield from _mmc(method, commands)


def _unproven(method: Method) -> Reason:
    return Reason(code=Code.COMMAND_UNPROVEN, values={"method": method.value})


def _ata(commands: tuple[Command, ...]) -> list[tuple[AtaCommand, bytes]]:
    """Return the ATA commands in their order, each with its raw answer."""
    read = [(ata_command(bytes.fromhex(c.sent)), bytes.fromhex(c.answered)) for c in commands]
    return [(sent, answered) for sent, answered in read if sent is not None]


def _ata_security(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """Word 128 must show the password set before, and gone after: only a finished erase takes it."""
    done = _ata(commands)
    erases = [i for i, (sent, _) in enumerate(done) if sent.command == _ERASE_UNIT]
    after = None if not erases else _last_security(done[erases[-1] + 1 :])
    if after is not None and after.locked:
        yield Reason(code=Code.LEFT_LOCKED)
    elif _last_security(done) is not None and _frozen(done):
        yield Reason(code=Code.FROZEN)
    if len(erases) != 1 or after is None:
        yield _unproven(method)
        return
    sent, answered = done[erases[0]]
    before = _last_security(done[: erases[0]])
    registers = ata_registers(answered)
    passwords = any(one.command == _SET_PASSWORD for one, _ in done[: erases[0]])
    refused = registers is None or registers.refused
    was_set = before is not None and before.supported and before.enabled and passwords
    enhanced = len(sent.data) > 0 and bool(sent.data[0] & _ENHANCED)
    if (
        refused
        or not was_set
        or not after.supported
        or after.enabled
        or enhanced != (method is Method.ATA_SECURITY_ERASE_ENHANCED)
    ):
        yield _unproven(method)


def _last_security(done: list[tuple[AtaCommand, bytes]]) -> AtaSecurity | None:
    states = [ata_security(answer) for sent, answer in done if sent.command == _IDENTIFY]
    return states[-1] if states else None


def _frozen(done: list[tuple[AtaCommand, bytes]]) -> bool:
    state = _last_security(done)
    return state is not None and state.frozen


def _ata_sanitize(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """SANITIZE STATUS EXT, asked after the command, must say done without error and not busy."""
    done = [one for one in _ata(commands) if one[0].command == _SANITIZE]
    starts = [i for i, (sent, _) in enumerate(done) if sent.feature in _SANITIZE_FEATURES.values()]
    if len(starts) != 1 or done[starts[0]][0].feature != _SANITIZE_FEATURES[method]:
        yield _unproven(method)
        return
    begun = ata_registers(done[starts[0]][1])
    states = [answer for sent, answer in done[starts[0] + 1 :] if sent.feature == 0]
    last = ata_registers(states[-1]) if states else None
    if begun is None or begun.refused or last is None or last.refused or not last.whole:
        yield _unproven(method)
    elif last.count & _SANITIZE_BUSY:
        yield _stuck(last.lba & 0xFFFF)
    elif last.count & _SANITIZE_FROZEN:
        yield Reason(code=Code.FROZEN)
    elif not last.count & _SANITIZE_DONE:
        yield Reason(code=Code.SANITIZE_FAILED)


def _stuck(progress: int) -> Reason:
    return Reason(code=Code.SANITIZE_STUCK, values={"percent": str(progress * 100 // 65536)})


def _nvme(commands: tuple[Command, ...]) -> list[tuple[NvmeCommand, bytes]]:
    """Return the admin commands in their order, each with its raw answer."""
    read = [(nvme_command(bytes.fromhex(c.sent)), bytes.fromhex(c.answered)) for c in commands]
    return [(sent, answered) for sent, answered in read if sent is not None]


def _logs(done: list[tuple[NvmeCommand, bytes]]) -> list[SanitizeLog]:
    found = [
        sanitize_log(answer)
        for sent, answer in done
        if sent.opcode == _NVME_LOG and sent.dword10 & 0xFF == 0x81  # noqa: PLR2004 - its page
    ]
    return [log for log in found if log is not None]


def _nvme_sanitize(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """Log 81h must speak of our action, say done, and differ from before: an old 1 is not ours."""
    done = _nvme(commands)
    starts = [i for i, (sent, _) in enumerate(done) if sent.opcode == _NVME_SANITIZE]
    if len(starts) != 1 or done[starts[0]][0].dword10 & 7 != _NVME_ACTIONS[method]:
        yield _unproven(method)
        return
    before, after = _logs(done[: starts[0]]), _logs(done[starts[0] + 1 :])
    if not before or not after:
        yield _unproven(method)
        return
    last = after[-1]
    moved = last != before[-1] or any(log.state == 2 for log in after)  # noqa: PLR2004 - under way
    if last.state == 2:  # noqa: PLR2004 - under way
        yield _stuck(last.progress)
    elif last.state == 3:  # noqa: PLR2004 - failed
        yield Reason(code=Code.SANITIZE_FAILED)
    elif last.state not in {1, 4} or last.dword10 != done[starts[0]][0].dword10 or not moved:
        yield _unproven(method)


def _nvme_format(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """Format NVM leaves no state behind: the right settings once, and the canaries do the rest."""
    formats = [one for one in _nvme(commands) if one[0].opcode == _NVME_FORMAT]
    if (
        len(formats) != 1
        or formats[0][0].dword10 >> 9 & 7 != _NVME_SES[method]
        or nvme_status(formats[0][1]) != 0
    ):
        yield _unproven(method)


def _scsi(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """REQUEST SENSE, asked after the command, must say that nothing is under way and no fault."""
    raw = [
        (bytes.fromhex(c.sent), bytes.fromhex(c.answered))
        for c in commands
        if len(c.sent) >= _LEAST_CDB
    ]
    opcode = _SCSI_FORMAT if method is Method.SCSI_FORMAT else _SCSI_SANITIZE
    starts = [i for i, (sent, _) in enumerate(raw) if sent[0] in {_SCSI_FORMAT, _SCSI_SANITIZE}]
    action = _SCSI_ACTIONS.get(method)
    fits = len(starts) == 1 and raw[starts[0]][0][0] == opcode
    if not fits or (action is not None and raw[starts[0]][0][1] & 0x1F != action):
        yield _unproven(method)
        return
    answers = [answer for sent, answer in raw[starts[0] + 1 :] if sent[0] == _SCSI_SENSE]
    sense = scsi_sense(answers[-1]) if answers else None
    if sense is None:
        yield _unproven(method)
    elif (sense.code, sense.qualifier) in _UNDER_WAY:
        yield Reason(code=Code.SANITIZE_STUCK, values={"percent": "?"})
    elif sense.key:
        yield Reason(code=Code.SANITIZE_FAILED)


def _mmc(method: Method, commands: tuple[Command, ...]) -> Iterator[Reason]:
    """Ask that the card offers it, that it was sent once, and that the card is idle behind it."""
    order, offered = _MMC_ACTIONS[method]
    raw = [(bytes.fromhex(c.sent), bytes.fromhex(c.answered)) for c in commands]
    starts = [i for i, (sent, _) in enumerate(raw) if sent == order]
    at = starts[0] if len(starts) == 1 else 0
    offers = [a[_MMC_FEATURES] & offered for sent, a in raw[:at]
              if sent[:1] == bytes([_MMC_EXT_CSD]) and len(a) == _EXT_CSD_LENGTH]  # fmt: skip
    gave_up = any(sent == _MMC_DISCARD for sent, _ in raw[:at])
    states = [a for sent, a in raw[at + 1 :] if sent[:1] == bytes([_MMC_STATUS]) and len(a) == 4]  # noqa: PLR2004 - R1
    state = int.from_bytes(states[-1], "big") if states else 0
    failed = commands[at].status not in {None, "ok"} if commands else True
    others = any(sent == one for sent, _ in raw for one, _ in _MMC_ACTIONS.values() if one != order)
    if (
        len(starts) != 1
        or failed
        or others
        or not any(offers)
        or (method is Method.MMC_SANITIZE and not gave_up)
        or state & 0x1F00 != _MMC_IDLE
    ):
        yield _unproven(method)
    elif state & _MMC_ERRORS:
        yield Reason(code=Code.SANITIZE_FAILED)
