"""ATA inside SCSI: the CDB that carries a command, and the registers in the sense data (SAT-5)."""

from rebond_agent.wipe.transport import AtaCommand, Registers

SENSE_BYTES = 64

_PASS_THROUGH_16 = 0x85
_NO_DATA, _PIO_IN, _PIO_OUT = 3, 4, 5
_CHECK, _FROM_DRIVE, _BLOCKS, _LENGTH_IN_COUNT = 0x20, 0x08, 0x04, 0x02

_FIXED = frozenset({0x70, 0x71})
_DESCRIPTOR = frozenset({0x72, 0x73})
_ATA_STATUS_RETURN = 0x09
_RECOVERED, _ABORTED = 0x01, 0x0B
_VALID = 0x80
_COUNT_UPPER, _LBA_UPPER = 0x40, 0x20


def pass_through(command: AtaCommand) -> bytes:
    """Return ATA PASS-THROUGH(16) with CK_COND: the registers are wanted, success or not."""
    protocol, flags = _NO_DATA, _CHECK
    if command.receive:
        protocol, flags = _PIO_IN, _CHECK | _FROM_DRIVE | _BLOCKS | _LENGTH_IN_COUNT
    elif command.send:
        protocol, flags = _PIO_OUT, _CHECK | _BLOCKS | _LENGTH_IN_COUNT
    feature, count = command.feature.to_bytes(2, "big"), command.count.to_bytes(2, "big")
    low, high = command.lba & 0xFFFFFF, command.lba >> 24
    device = command.device
    if not command.extended:
        device, high = device | (high & 0x0F), 0
    pairs = [high >> shift & 0xFF for shift in (0, 8, 16)], [low >> s & 0xFF for s in (0, 8, 16)]
    places = bytes(byte for pair in zip(*pairs, strict=True) for byte in pair)
    head = bytes([_PASS_THROUGH_16, protocol << 1 | command.extended, flags])
    return head + feature + count + places + bytes([device, command.command, 0])


def registers(sense: bytes) -> Registers | None:
    """Decode the registers from sense data of either format; None when there are none in it.

    Linux answers in fixed format unless the D_SENSE bit is set; hdparm 9.65 reads only the other
    one and takes what it cannot read for success.
    """
    code = sense[0] & 0x7F if sense else None
    if code in _DESCRIPTOR:
        return _from_descriptor(sense)
    if code in _FIXED:
        return _from_fixed(sense)
    return None


def _from_descriptor(sense: bytes) -> Registers | None:
    place = 8
    while place + 2 <= len(sense):
        kind, length = sense[place], sense[place + 1]
        if kind == _ATA_STATUS_RETURN and length == 12 and place + 14 <= len(sense):  # noqa: PLR2004 - SAT-5 table: additional length 0Ch
            told = sense[place : place + 14]
            order = (10, 8, 6, 11, 9, 7)
            lba = int.from_bytes(bytes(told[at] for at in order), "big")
            return Registers(
                error=told[3], count=told[4] << 8 | told[5], lba=lba, device=told[12], status=told[13]
            )  # fmt: skip
        place += 2 + length
    return None


def _from_fixed(sense: bytes) -> Registers | None:
    """Decode a format without room for the upper bytes: only a bit says they are not zero."""
    if len(sense) < 12 or not sense[0] & _VALID:  # noqa: PLR2004 - bytes 3 to 11 are wanted
        return None
    if sense[2] & 0x0F not in {_RECOVERED, _ABORTED}:
        return None
    return Registers(
        error=sense[3],
        status=sense[4],
        device=sense[5],
        count=None if sense[8] & _COUNT_UPPER else sense[6],
        lba=None if sense[8] & _LBA_UPPER else int.from_bytes(sense[9:12], "little"),
    )
