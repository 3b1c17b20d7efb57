"""The bytes of firmware commands and answers, against the standards' tables and what was measured."""

import errno
import itertools
import os
import struct

import pytest

from rebond_agent.wipe import ata, nvme, scsi
from rebond_agent.wipe.conversation import MOST_COMMANDS, Conversation
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.firmware_fake_ata import AtaFirmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.linux_transport import LinuxTransport
from rebond_agent.wipe.sampling import places
from rebond_agent.wipe.sat import pass_through, registers
from rebond_agent.wipe.transport import Registers


def test_the_pass_through_carries_each_register_at_its_place():
    """SAT-5: an overwrite sanitize, its key in LBA 47:32, one pass."""
    cdb = pass_through(ata.sanitize("overwrite"))

    assert cdb.hex() == "85072000140001" + "000057004f00" + "40b400"
    assert pass_through(ata.IDENTIFY).hex() == "85082e00000001" + "00" * 6 + "40ec00"


@pytest.mark.parametrize(("way", "key"), [("block", b"BkEr"), ("crypto", b"Cryp")])
def test_sanitize_keys_are_the_standards_words(way, key):
    cdb = pass_through(ata.sanitize(way))

    assert bytes([cdb[7], cdb[12], cdb[10], cdb[8]]) == key


def test_the_abort_that_hdparm_takes_for_success_is_read():
    """Measured: hdparm 9.65 on kernel 6.12, SECURITY SET PASSWORD on a drive without it, rc 0."""
    told = registers(bytes.fromhex("f0000b044140010a00000000000000000000"))

    assert told == Registers(status=0x41, error=0x04, device=0x40, count=1, lba=0)
    assert not told.good


def test_descriptor_sense_gives_all_registers_and_fixed_says_what_it_left_out():
    descriptor = bytes.fromhex("7201001d0000000e090c01008000ff341200000000004050")
    fixed = bytes.fromhex("f0000100504000" + "0a" + "60" + "123456" + "001d00000000")

    assert registers(descriptor).count == 0x8000
    assert registers(fixed).count is None
    assert registers(fixed).lba is None
    assert ata.sanitize_state(registers(fixed)) is None


@pytest.mark.parametrize(
    "sense",
    [
        b"",
        b"\x70",
        bytes(18),
        bytes.fromhex("700005000000000a00000000200000000000"),
        b"\xde\xad" * 9,
    ],
)
def test_what_is_no_ata_answer_has_no_registers(sense):
    assert registers(sense) is None


def test_identify_tells_security_sanitize_and_times():
    faults = FirmwareFaults(frozen=True, offers=("security", "sanitize_crypto"))
    who = ata.identity(AtaFirmware(memory_medium(bytearray(4096)), faults).ata(ata.IDENTIFY).data)

    assert who.security == {"supported", "frozen"}
    assert who.sanitize == {"crypto"}
    assert (who.sectors, who.sector_bytes, who.erase_seconds) == (8, 512, 120)
    assert ata.identity(bytes(512)) is None
    assert ata.identity(b"\xff" * 512) is None


def test_a_sanitize_never_looks_like_the_one_before_it():
    first = nvme.sanitize("block", 0)

    assert first.cdw10 == 0x0A
    assert nvme.sanitize("block", first.cdw10).cdw10 == 0x02
    assert nvme.sanitize("overwrite", 0).cdw10 >> 4 & 0xF == 1, "0 would mean sixteen passes"


def test_the_sanitize_log_says_which_command_it_speaks_of():
    log = nvme.sanitize_log(struct.pack("<HHIIII", 655, 0x102, 0x0A, 9, 8, 0xFFFFFFFF))

    assert (log.state, log.command, log.done, log.erased_since) == (2, 0x0A, False, True)
    assert nvme.sanitize_log(b"") is None


def test_format_keeps_the_lba_format_in_use():
    data = bytearray(4096)
    data[26], data[29] = 0x11, 0x09

    lba = nvme.lba_format(bytes(data))
    assert nvme.format_nvm(1, lba, crypto=True, timeout_seconds=1).cdw10 == 0x531
    assert len(nvme.submission(nvme.SANITIZE_LOG)) == 64


def test_scsi_sense_of_both_formats_tells_progress_and_failure():
    fixed = bytes.fromhex("700002000000000a00000000041b00808000")
    descriptor = bytes.fromhex("7202041b0000000802060000808000" + "00")

    assert [scsi.sense(one).progress for one in (fixed, descriptor)] == [0.5, 0.5]
    assert all(scsi.sense(one).running for one in (fixed, descriptor))
    assert scsi.sense(bytes.fromhex("700003000000000a00000000310300000000")).failed
    assert scsi.sense(b"\0" * 18) is None


@pytest.mark.parametrize("size", [512, 4096 * 3, 4096 * 4001, 4096 * 250_000, 512 * 4001])
@pytest.mark.parametrize("percent", [0, 10, 100])
def test_places_are_many_and_never_overlap(size, percent):
    unit = 4096 if size % 4096 == 0 else 512
    drawn = list(places("5eed", size, unit, percent))

    assert drawn[0][0] == 0
    assert sum(drawn[-1]) == size
    assert all(a + n <= b for (a, n), (b, _) in itertools.pairwise(drawn))
    assert len(drawn) >= min(2002, size // unit)
    share = sum(length for _, length in drawn) / size
    assert share >= 0.99 * percent / 100
    assert drawn != list(places("other", size, unit, percent)) or share == 1


def test_a_long_poll_keeps_its_beginning_and_its_end():
    medium = memory_medium(bytearray(4096))
    talk = Conversation(AtaFirmware(medium, FirmwareFaults()))
    for _ in range(3 * MOST_COMMANDS):
        talk.ata("ata-sanitize-status", ata.SANITIZE_STATUS)

    assert len(talk.commands) == MOST_COMMANDS
    assert all(one.status == "ok" for one in talk.commands)


def test_a_file_has_no_firmware_and_says_so(tmp_path):
    """The real ioctls, on something that has no such door."""
    path = tmp_path / "file"
    path.write_bytes(bytes(4096))
    descriptor = os.open(path, os.O_RDWR)
    try:
        transport = LinuxTransport(descriptor)
        for ask in (
            lambda: transport.ata(ata.IDENTIFY),
            lambda: transport.nvme_admin(nvme.IDENTIFY_CONTROLLER),
            lambda: transport.scsi(scsi.INQUIRY),
        ):
            with pytest.raises(OSError, match="ioctl") as refused:
                ask()
            assert refused.value.errno == errno.ENOTTY
        talk = Conversation(transport)
        assert talk.ata("ata-identify", ata.IDENTIFY) is None
        assert talk.commands[0].status == "error ENOTTY"
    finally:
        os.close(descriptor)
