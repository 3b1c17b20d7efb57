"""Drives that erase themselves: what is believed, what is not, and what the technician is told."""

import pytest
from msgspec.structs import replace

from rebond_agent.wipe.crew import OwnProcesses, Patience
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.firmware_fakes import fake_firmware
from rebond_agent.wipe.firmware_faults import EVERYTHING, FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_agent.wipe.target import FakeTarget
from rebond_schemas.erasure import Ending, Extent, HiddenArea, Level, Method
from rebond_schemas.facts import Bus, Drive, DriveKind

SIZE = 64 * 4096
CONTENT = bytes((number * 2_654_435_761 >> 13) % 253 + 1 for number in range(SIZE))

ATA = (Bus.ATA, DriveKind.SSD)
NVME = (Bus.NVME, DriveKind.NVME)
SAS = (Bus.SAS, DriveKind.SSD)


class Wiped:
    def __init__(self, where=ATA, policy=None, thaw=None, security=None, **traits):
        bus, kind = where
        self.medium = memory_medium(bytearray(CONTENT))
        self.firmware = fake_firmware(self.medium, bus, FirmwareFaults(**traits))
        self.medium.firmware = self.firmware
        self.drive = drive_facts(self.medium.name, bus, kind, security)
        self.intents = []
        self.policy = policy or Policy()
        self.again(thaw)

    def again(self, thaw=None):
        self.plan = make_plan(self.drive, self.policy)
        assert isinstance(self.plan, Plan), self.plan
        crew = InThisProcess(lambda: FakeDrive(self.medium), chunk_bytes=16384)
        intent = lambda: self.intents.append(self.plan)  # noqa: E731 - one line of a test
        *_, self.outcome = erase(self.plan, crew, record_intent=intent, thaw=thaw)

    @property
    def method(self):
        return self.outcome.plan.method

    @property
    def left(self):
        truth = bytes(self.medium.content)
        return any(truth[at : at + 16] == CONTENT[at : at + 16] for at in range(0, SIZE, 16))

    def said(self, name):
        return [c for p in self.outcome.passes for c in p.commands if c.name == name]


def drive_facts(name, bus, kind, security=None):
    return Drive(
        path=name,
        identity=fake_identity(name, SIZE, bus=bus),
        kind=kind,
        native_size_bytes=SIZE,
        removable=False,
        read_only=False,
        boot_medium=False,
        security=security,
    )


def without(*names):
    return tuple(one for one in EVERYTHING if one not in names)


NO_SANITIZE = without("sanitize_block", "sanitize_crypto", "sanitize_overwrite")


@pytest.mark.parametrize(
    ("where", "offers", "method", "level"),
    [
        (ATA, EVERYTHING, Method.ATA_SANITIZE_BLOCK, Level.PURGE),
        (ATA, without("sanitize_block"), Method.ATA_SANITIZE_CRYPTO, Level.PURGE),
        (ATA, NO_SANITIZE, Method.ATA_SECURITY_ERASE_ENHANCED, Level.CLEAR),
        (ATA, ("security",), Method.ATA_SECURITY_ERASE, Level.CLEAR),
        (ATA, (), Method.OVERWRITE_AES_CTR, Level.CLEAR),
        (NVME, EVERYTHING, Method.NVME_SANITIZE_BLOCK, Level.PURGE),
        (NVME, without("sanitize_block"), Method.NVME_SANITIZE_CRYPTO, Level.PURGE),
        (NVME, NO_SANITIZE, Method.NVME_FORMAT_CRYPTO, Level.CLEAR),
        (NVME, ("format",), Method.NVME_FORMAT_USER, Level.CLEAR),
        (NVME, (), Method.OVERWRITE_AES_CTR, Level.CLEAR),
        (SAS, EVERYTHING, Method.SCSI_SANITIZE_BLOCK, Level.PURGE),
        (SAS, ("format",), Method.SCSI_FORMAT, Level.CLEAR),
        (SAS, (), Method.OVERWRITE_AES_CTR, Level.CLEAR),
    ],
)
@pytest.mark.parametrize("leaves", ["zeros", "vendor", "random"])
def test_the_best_method_the_drive_offers_is_carried_out(where, offers, method, level, leaves):
    wiped = Wiped(where, offers=offers, leaves=leaves)

    assert wiped.outcome.ending is Ending.COMPLETED, wiped.outcome.reason
    assert (wiped.method, wiped.outcome.plan.level) == (method, level)
    assert not wiped.left


LIES = {
    "nothing was erased": ({"lies": True}, Reason.CONTENT_STAYED),
    "a run was left out": ({"spares": (Extent(start=8192, length=4096),)}, Reason.CONTENT_STAYED),
    "accepted and forgotten": ({"sleeps": True, "done_before": True}, Reason.NOTHING_CHANGED),
    "stuck at one percent": ({"stuck_at": 655}, Reason.NO_PROGRESS),
    "failed half way": ({"fails": True}, Reason.SANITIZE_FAILED),
}


@pytest.mark.parametrize("where", [ATA, NVME, SAS], ids=["ata", "nvme", "sas"])
@pytest.mark.parametrize("lie", LIES)
def test_no_lie_of_the_firmware_is_believed(where, lie):
    traits, reason = LIES[lie]
    wiped = Wiped(where, offers=("sanitize_block",), **traits)

    assert wiped.outcome.ending is Ending.FAILED
    assert wiped.outcome.reason is reason
    assert wiped.outcome.sentence.fr


def test_a_format_that_says_good_and_does_nothing_gives_way_to_an_overwrite():
    """QEMU's SCSI disk answers FORMAT UNIT like this, and so do real drives."""
    wiped = Wiped(SAS, offers=("format",), sleeps=True)

    assert wiped.outcome.ending is Ending.COMPLETED, wiped.outcome.reason
    assert wiped.method is Method.OVERWRITE_AES_CTR
    assert not wiped.left
    tried = [one for one in wiped.outcome.passes if one.action == "command"]
    assert tried
    assert not any(one.complete for one in tried)


@pytest.mark.parametrize("silence", [{"sleeps": True}, {"swallows": "erasures"}], ids=str)
def test_a_sanitize_that_says_good_and_does_nothing_ends_with_what_to_do(silence):
    wiped = Wiped(SAS, offers=("sanitize_block",), **silence)

    assert wiped.outcome.reason is Reason.NOTHING_CHANGED
    assert "réécriture seule" in wiped.outcome.sentence.fr


def test_an_old_success_of_the_same_command_does_not_hide_ours():
    """The exit bit makes our dword 10 another one than the log's."""
    wiped = Wiped(NVME, done_before=True)

    assert wiped.outcome.ending is Ending.COMPLETED
    before, sent = wiped.said("nvme-sanitize-log-before")[0], wiped.said("nvme-sanitize")[0]
    assert bytes.fromhex(before.answered)[4] != bytes.fromhex(sent.sent)[40]


def test_linux_is_asked_for_the_sense_format_that_has_room():
    assert Wiped(ATA, sense="fixed").method is Method.ATA_SANITIZE_BLOCK


@pytest.mark.parametrize("sense", ["fixed", "none", "garbage"])
def test_a_state_that_cannot_be_decoded_is_no_success(sense):
    """Word 128 is data and can be read anyhow; STATUS EXT is not, and Purge is out of reach."""
    policy = Policy(level=Level.PURGE)
    wiped = Wiped(ATA, policy, sense=sense, sense_can_change=False, done_before=True)

    assert wiped.outcome.ending is Ending.FAILED
    assert wiped.outcome.reason is Reason.STATE_UNKNOWN
    assert not wiped.said("ata-sanitize")


@pytest.mark.parametrize("where", [ATA, NVME, SAS], ids=["ata", "nvme", "sas"])
@pytest.mark.parametrize("swallows", ["all", "erasures"])
def test_a_bridge_that_swallows_commands_ends_in_no_purge(where, swallows):
    wiped = Wiped(where, Policy(level=Level.PURGE), swallows=swallows)

    assert wiped.outcome.ending is Ending.FAILED


def test_the_password_is_in_the_intent_before_it_is_set():
    wiped = Wiped(ATA, offers=NO_SANITIZE)

    assert wiped.intents[0].ata_password == "Rebond"
    assert b"Rebond".hex() in wiped.said("ata-security-set-password")[0].sent
    assert wiped.firmware.password is None


def test_a_security_erase_cut_by_a_power_failure_is_finished_at_the_next_boot():
    whole = Wiped(ATA, offers=("security",))
    names = [c.name for p in whole.outcome.passes for c in p.commands]
    wiped = Wiped(
        ATA, offers=("security",), power_cut_at=names.index("ata-security-erase-unit") + 1
    )
    assert wiped.outcome.ending is Ending.FAILED
    wiped.firmware.boot()
    assert wiped.firmware.locked

    wiped.drive = replace(wiped.drive, security=("supported", "enabled", "locked"))
    assert make_plan(wiped.drive, Policy()).reason is Reason.LOCKED
    wiped.policy = Policy(locked_by_us=(wiped.drive.identity.serial,))
    wiped.again()

    assert wiped.outcome.ending is Ending.COMPLETED, wiped.outcome.reason
    assert not wiped.left
    assert not wiped.firmware.locked


@pytest.mark.parametrize(
    ("where", "command"), [(ATA, "ata-sanitize"), (NVME, "nvme-sanitize")], ids=["ata", "nvme"]
)
def test_a_sanitize_that_goes_on_after_a_power_failure_is_waited_for(where, command):
    names = [c.name for p in Wiped(where).outcome.passes for c in p.commands]
    wiped = Wiped(where, power_cut_at=names.index(command) + 1)

    assert wiped.outcome.reason is Reason.DRIVE_GONE
    wiped.firmware.boot()
    assert wiped.firmware.is_closed
    wiped.again()
    assert wiped.outcome.ending is Ending.COMPLETED, wiped.outcome.reason


@pytest.mark.parametrize("locked", ["high", "maximum"])
def test_a_drive_locked_by_its_old_owner_is_never_called_erased(locked):
    wiped = Wiped(ATA, locked=locked)

    assert wiped.outcome.ending is Ending.FAILED
    assert wiped.firmware.tries > 0, "somebody who knows the password must still be able to try"


def test_a_frozen_drive_is_erased_after_a_suspend_and_overwritten_without():
    thawed = []

    def thaw():
        thawed.append(True)
        wiped.firmware.frozen = False
        return True

    wiped = Wiped(ATA, offers=("security",), frozen=True, policy=Policy(), thaw=lambda: False)
    assert wiped.method is Method.OVERWRITE_AES_CTR
    wiped.again(thaw)
    assert thawed
    assert wiped.method is Method.ATA_SECURITY_ERASE
    assert wiped.outcome.ending is Ending.COMPLETED


@pytest.mark.parametrize("hides_by", ["hpa", "amax"])
def test_a_hidden_area_is_opened_and_the_wipe_waits_for_a_new_start(hides_by):
    wiped = Wiped(ATA, hidden_sectors=100, hides_by=hides_by)

    assert (wiped.outcome.ending, wiped.outcome.reason) == (
        Ending.REFUSED,
        Reason.HIDDEN_AREA_OPENED,
    )
    assert wiped.firmware.visible == SIZE // 512 + 100
    assert bytes(wiped.medium.content) == CONTENT


def test_a_hidden_area_that_stays_is_refused():
    wiped = Wiped(ATA, hidden_sectors=100, hidden_stays=True)

    assert wiped.outcome.reason is Reason.HIDDEN_AREA_STAYS
    assert wiped.outcome.plan.hidden_area is HiddenArea.PRESENT


def test_a_second_namespace_is_not_formatted_unseen():
    wiped = Wiped(NVME, Policy(level=Level.CLEAR), offers=("format",), namespaces=2)

    assert not wiped.said("nvme-format")
    assert wiped.method is Method.OVERWRITE_AES_CTR


def test_another_drives_firmware_erases_nothing():
    wiped = Wiped(NVME, other_serial=True)

    assert wiped.outcome.reason is Reason.OTHER_DRIVE
    assert wiped.firmware.erased == 0


def test_a_refused_method_is_evidence_and_the_next_is_tried():
    wiped = Wiped(ATA, refuses=("sanitize_block",))

    tried = [p for p in wiped.outcome.passes if p.action == "command"][1:]
    assert [one.complete for one in tried] == [False, True]
    assert wiped.method is Method.ATA_SANITIZE_CRYPTO


def test_nothing_goes_to_firmware_behind_a_bridge_or_of_a_model_the_site_distrusts():
    drive = drive_facts("memory", *ATA)
    for one, policy in (
        (replace(drive, bridge="USB bridge"), Policy()),
        (drive, Policy(never_firmware=("fake DRIVE",))),
        (drive, Policy(firmware=False)),
    ):
        assert make_plan(one, policy).firmware == ()
    purge = make_plan(replace(drive, bridge="USB bridge"), Policy(level=Level.PURGE))
    assert isinstance(purge, Refusal)


def test_a_magnetic_disk_is_overwritten_unless_purge_is_asked():
    disk = drive_facts("memory", Bus.ATA, DriveKind.HDD)

    assert make_plan(disk, Policy()).method is Method.OVERWRITE_ZERO
    plan = make_plan(disk, Policy(level=Level.PURGE))
    assert (plan.method, plan.fallback) == (Method.ATA_SANITIZE_OVERWRITE, None)


@pytest.mark.parametrize("where", [ATA, NVME], ids=["ata", "nvme"])
def test_the_process_that_holds_the_drive_speaks_and_another_looks(where, tmp_path):
    path = tmp_path / "drive"
    path.write_bytes(CONTENT)
    bus, kind = where
    plan = make_plan(drive_facts(str(path), bus, kind), Policy())
    crew = OwnProcesses(FakeTarget(path=str(path), bus=bus), Patience(stall_seconds=20))
    *_, outcome = erase(plan, crew, record_intent=lambda: None)

    assert outcome.ending is Ending.COMPLETED, outcome.reason
    assert all(one.own_process for one in outcome.passes)
    assert path.read_bytes() == bytes(SIZE)


def test_what_can_be_cured_is_told_before_what_cannot():
    """Sanitize frozen, crypto not offered: thawing is the next thing to try."""
    policy = Policy(level=Level.PURGE)
    wiped = Wiped(ATA, policy, sanitize_frozen=True, offers=("sanitize_block",))

    assert wiped.outcome.reason is Reason.FROZEN
