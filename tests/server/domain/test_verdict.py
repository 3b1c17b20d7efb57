"""No statement that claims more than its passes show is believed."""

import random
import re
from collections import Counter

import msgspec
import pytest
from erasures import CLEAN, HDD, IDENTITY, SIZE, good_erasure
from msgspec.structs import replace

from rebond_schemas.erasure import Ending, Extent, Fault, HiddenArea, Level, Method
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind
from rebond_schemas.refusal import Reason as Refused
from rebond_schemas.smart import Smart
from rebond_schemas.statement import Erasure
from rebond_server.domain.drive_identity import drive_key
from rebond_server.domain.sanitised import POSITIVE, device_verdict
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import FINDINGS, Code, Reason, Verdict

KEY = drive_key(IDENTITY)


def with_pass(number, **changes):
    passes = list(good_erasure().passes)
    passes[number] = replace(passes[number], **changes)
    return good_erasure(passes=tuple(passes))


def test_a_complete_overwrite_read_back_in_full_is_clear_never_purge():
    found = judge(good_erasure(), HDD)
    assert found.verdict is Verdict.CLEARED
    assert found.level is Level.CLEAR
    assert found.reasons == ()
    assert found.figures.bytes_written == found.figures.bytes_read_back == SIZE


def test_two_passes_with_a_key_are_clear():
    zero, read = good_erasure().passes
    keyed = replace(zero, pattern="aes_256_ctr", key="5a" * 32)
    both = good_erasure(
        method=Method.OVERWRITE_AES_CTR,
        passes=(keyed, replace(read, pattern="aes_256_ctr", key="5a" * 32), zero, read),
        seconds=10**6,
    )
    assert judge(both, HDD).verdict is Verdict.CLEARED
    wrong_key = replace(read, pattern="aes_256_ctr", key="5b" * 32)
    other = replace(both, passes=(keyed, wrong_key))
    assert judge(other, HDD).reasons[0].code is Code.OTHER_PATTERN_READ


FAULT = Fault(operation="write", error="EIO", extent=Extent(start=0, length=512))
ALTERED = {
    "refused": (good_erasure(ending=Ending.REFUSED), Verdict.NOT_ATTEMPTED, Code.REFUSED_BY_AGENT),
    "cut": (good_erasure(ending=Ending.INTERRUPTED), Verdict.INTERRUPTED, Code.INTERRUPTED_AT),
    "failed": (good_erasure(ending=Ending.FAILED), Verdict.FAILED, Code.FAILED_BY_AGENT),
    "no pass": (good_erasure(passes=()), Verdict.FAILED, Code.NOTHING_WRITTEN),
    "only written": (
        good_erasure(passes=good_erasure().passes[:1]), Verdict.FAILED, Code.NOT_READ_BACK,
    ),
    "read before written": (
        good_erasure(passes=good_erasure().passes[::-1]), Verdict.FAILED, Code.NOT_READ_BACK,
    ),
    "one byte short": (with_pass(0, bytes_done=SIZE - 1), Verdict.FAILED, Code.WRITTEN_PARTLY),
    "incomplete": (with_pass(0, complete=False), Verdict.FAILED, Code.WRITTEN_PARTLY),
    "not flushed": (with_pass(0, flushed=None), Verdict.FAILED, Code.NOT_FLUSHED),
    "read one short": (with_pass(1, bytes_done=SIZE - 1), Verdict.FAILED, Code.READ_BACK_PARTLY),
    "sample only": (with_pass(1, coverage_percent=10.0), Verdict.FAILED, Code.READ_BACK_PARTLY),
    "read by writer": (with_pass(1, own_process=False), Verdict.FAILED, Code.READ_BACK_BY_WRITER),
    "read from cache": (with_pass(1, direct_io=None), Verdict.FAILED, Code.READ_BACK_CACHED),
    "mismatch": (with_pass(1, mismatch_count=1), Verdict.FAILED, Code.MISMATCHES),
    "listed, not counted": (with_pass(0, faults=(FAULT,)), Verdict.FAILED, Code.FAULTS),
    "skipped": (with_pass(0, bytes_skipped=512), Verdict.FAILED, Code.SKIPPED),
    "other pattern": (with_pass(1, pattern="changed"), Verdict.FAILED, Code.OTHER_PATTERN_READ),
    "unchecked": (good_erasure(identity_checked=False), Verdict.FAILED, Code.IDENTITY_UNCHECKED),
    "too fast": (with_pass(0, seconds=1.0), Verdict.FAILED, Code.IMPOSSIBLE_SPEED),
    "no time": (with_pass(1, seconds=0.0), Verdict.FAILED, Code.IMPOSSIBLE_SPEED),
    "no total": (good_erasure(seconds=5.0), Verdict.FAILED, Code.IMPOSSIBLE_TIME),
    "hidden left": (
        good_erasure(hidden_area=HiddenArea.PRESENT), Verdict.FAILED, Code.HIDDEN_AREA_LEFT,
    ),
    "larger inside": (
        good_erasure(native_size_bytes=SIZE + 512), Verdict.FAILED, Code.WRITTEN_PARTLY,
    ),
    "shrunk": (good_erasure(size_bytes=SIZE - 512), Verdict.FAILED, Code.SIZE_DIFFERS),
    "firmware": (
        good_erasure(method=Method.NVME_SANITIZE_BLOCK), Verdict.FAILED, Code.NO_COMMAND,
    ),
    "discard": (good_erasure(method=Method.NONE), Verdict.FAILED, Code.METHOD_UNPROVEN),
    "hidden unknown": (
        good_erasure(hidden_area=HiddenArea.UNKNOWN),
        Verdict.CLEARED_WITH_LIMITS, Code.HIDDEN_AREA_UNKNOWN,
    ),
    "reallocated": (
        good_erasure(smart_after=replace(CLEAN, reallocated=3)),
        Verdict.CLEARED_WITH_LIMITS, Code.REALLOCATED,
    ),
    "purge asked": (
        good_erasure(level=Level.PURGE), Verdict.CLEARED_WITH_LIMITS, Code.PURGE_NOT_REACHED,
    ),
    "other drive": (
        good_erasure(drive=replace(IDENTITY, wwn="0x5000c500aa11bb23")),
        Verdict.UNKNOWN, Code.OTHER_DRIVE,
    ),
    "other serial": (
        good_erasure(drive=replace(IDENTITY, serial="W3P1B7QY")), Verdict.UNKNOWN, Code.OTHER_DRIVE,
    ),
    "nameless": (
        good_erasure(drive=DriveIdentity(size_bytes=SIZE)), Verdict.UNKNOWN, Code.OTHER_DRIVE,
    ),
    "no size": (good_erasure(size_bytes=None), Verdict.UNKNOWN, Code.SIZE_UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("erasure", "verdict", "code"), ALTERED.values(), ids=ALTERED)
def test_each_alteration_has_its_verdict_and_reason(erasure, verdict, code):
    found = judge(erasure, HDD)
    assert found.verdict is verdict
    assert code in {reason.code for reason in found.reasons}
    assert found.reasons[0].forces is verdict
    assert not device_verdict([HDD], False, {KEY: found}).sanitised


DRIVES = {
    "behind raid": (replace(HDD, identity=replace(IDENTITY, bus=Bus.RAID)), Verdict.UNKNOWN),
    "locked": (replace(HDD, security=("enabled", "locked")), Verdict.FAILED),
    "frozen only": (replace(HDD, security=("frozen",)), Verdict.CLEARED),
    "bridge": (replace(HDD, bridge="152d:0578"), Verdict.CLEARED_WITH_LIMITS),
    "usb dock": (
        replace(HDD, identity=replace(IDENTITY, bus=Bus.USB)), Verdict.CLEARED_WITH_LIMITS,
    ),
    "unknown kind": (replace(HDD, kind=DriveKind.UNKNOWN), Verdict.CLEARED_WITH_LIMITS),
    "unnamed": (replace(HDD, identity=DriveIdentity(size_bytes=SIZE)), Verdict.UNKNOWN),
    "placeholder serial": (
        replace(HDD, identity=replace(IDENTITY, wwn=None, serial="0000000000")), Verdict.UNKNOWN,
    ),
    "emmc boot": (
        replace(HDD, kind=DriveKind.EMMC, boot_partitions=("mmcblk0boot0",)),
        Verdict.CLEARED_WITH_LIMITS,
    ),
    "ssd": (replace(HDD, kind=DriveKind.SSD), Verdict.CLEARED),
}  # fmt: skip


@pytest.mark.parametrize(("drive", "verdict"), DRIVES.values(), ids=DRIVES)
def test_the_same_work_says_less_on_other_drives(drive, verdict):
    assert judge(good_erasure(drive), drive).verdict is verdict


def test_an_image_file_has_no_hidden_area_and_is_as_fast_as_memory():
    image = Drive(
        path="scratch-good.img",
        identity=DriveIdentity(
            model="Rebond image", serial="scratch-8841", size_bytes=64 * 2**20, bus=Bus.FILE
        ),
        kind=DriveKind.IMAGE,
    )
    erasure = good_erasure(image, rate=8_000_000_000, hidden_area=HiddenArea.UNKNOWN)
    assert judge(erasure, image).verdict is Verdict.CLEARED


def test_a_drive_that_calls_itself_virtual_does_not_hide_sectors_out_of_use():
    """The proof once drew no remapped sectors for such drives, for the verdict did not look."""
    virtual = replace(HDD, kind=DriveKind.VIRTUAL)
    sick = replace(good_erasure(virtual), smart_after=Smart(reallocated=2))
    found = judge(sick, virtual)
    assert found.verdict is Verdict.CLEARED_WITH_LIMITS
    assert Code.REALLOCATED in {one.code for one in found.reasons}
    assert judge(good_erasure(virtual), virtual).verdict is Verdict.CLEARED


def test_a_hidden_area_that_was_opened_is_covered():
    before = replace(HDD, identity=replace(IDENTITY, size_bytes=SIZE - 4096))
    erasure = good_erasure(hidden_area=HiddenArea.REMOVED)
    assert judge(erasure, before).verdict is Verdict.CLEARED
    unopened = good_erasure(before, native_size_bytes=SIZE - 4096)
    assert judge(unopened, before).verdict is Verdict.FAILED


VALUES_OF_REASONS = dict.fromkeys(
    [
        "key",
        "reported",
        "erased",
        "known",
        "count",
        "first",
        "bytes",
        "done",
        "whole",
        "method",
        "rate",
        "limit",
        "source",
        "passes",
        "total",
        "bridge",
        "names",
        "percent",
        "places",
        "least",
    ],
    "7",
)


def test_every_reason_speaks_both_languages():
    assert set(FINDINGS) == set(Code)
    for code in Code:
        sentence = Reason(code=code, values=VALUES_OF_REASONS | {"why": ""}).sentence
        assert sentence.fr.strip().endswith(".")
        assert sentence.en.strip().endswith(".")


REFUSING = [
    code for code in Code if FINDINGS[code].forces not in {None, Verdict.CLEARED_WITH_LIMITS}
]
SPOKEN = [Code.REFUSED_BY_AGENT, Code.INTERRUPTED_AT, Code.FAILED_BY_AGENT]


@pytest.mark.parametrize("code", REFUSING, ids=str)
@pytest.mark.parametrize("why", ["", "an unforeseen end", *Refused, "held: md md0"], ids=str)
def test_every_code_that_proves_nothing_is_one_sentence_with_the_next_thing_to_try(code, why):
    """All codes of the server, and within the agent's word all codes of the agent."""
    said = Reason(code=code, values=VALUES_OF_REASONS | {"why": why}).sentence
    assert said.fr.count(". ") == 0
    assert said.fr.endswith(".")
    assert not said.fr.endswith("..")
    assert re.search(r"\b\w+(ez|tes)\b", said.fr.partition(" : ")[2]), said.fr
    if code in SPOKEN and why in set(Refused):
        assert why not in said.fr, "a key is no sentence"


# --- forged statements ------------------------------------------------------------------------

FORGED = 2500
VALUES = [None, True, False, 0, 1, -1, 511, SIZE, SIZE - 1, SIZE + 1, SIZE * 2, 2**63 - 1, 0.0, 0.5]
WORDS = [
    "", "0", "zeros", "aes_256_ctr", "changed", "none", "write", "read_back", "command", "completed",
    "failed", "interrupted", "refused", "present", "unknown", "removed", "purge", "clear", "raid",
    "usb", "file", "overwrite_aes_ctr", "nvme_sanitize_block", "ata_security_erase", "W3P1B7QY",
    "ab" * 32,
]  # fmt: skip

NOTHING = {None, "", "0", "none", "unknown"}


def leaves(tree, path=()):
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield (*path, name)
            yield from leaves(value, (*path, name))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield (*path, number)
            yield from leaves(value, (*path, number))


def alter(tree, dice):
    """Change one place: another value, a neighbour's number, a missing part, a doubled pass."""
    path = dice.choice(list(leaves(tree)))
    parent = tree
    for step in path[:-1]:
        parent = parent[step]
    old = parent[path[-1]]
    kind = dice.randrange(4)
    if kind == 0 and isinstance(parent, list):
        parent.insert(dice.randrange(len(parent) + 1), dice.choice(parent))
    elif kind == 0:
        del parent[path[-1]]
    elif isinstance(old, int | float) and not isinstance(old, bool) and kind == 1:
        parent[path[-1]] = type(old)(old * dice.choice([0, 0.001, 0.5, 0.999, 1.001, 2, 1000]))
    elif isinstance(old, str) and kind in {1, 2}:
        parent[path[-1]] = dice.choice(WORDS)
    else:
        parent[path[-1]] = dice.choice(VALUES)


def forge(tree, dice):
    """Alter one place so that the decoder still takes it: the others never reach a verdict."""
    while True:
        altered = msgspec.json.decode(msgspec.json.encode(tree))
        alter(altered, dice)
        try:
            return altered, msgspec.convert(altered, Erasure)
        except msgspec.ValidationError:
            continue


def bears_it(tree):
    """Decide, from the plain JSON alone, whether these passes prove the erasure of HDD."""
    passes = tree.get("passes", [])
    if any(p.get("area") is not None for p in passes):
        return False  # this disk has no area of its own: somebody hides a pass
    last = max((i for i, p in enumerate(passes) if p["action"] != "read_back"
                and p["action"] != "canary_read"), default=None)  # fmt: skip
    if last is None or passes[last]["action"] != "write" or not passes[last + 1 :]:
        return False
    written = passes[last]
    read = [p for p in passes[last + 1 :] if p["action"] == "read_back"][-1:]
    drive = tree["drive"]
    named = drive.get("wwn") == IDENTITY.wwn or (
        drive.get("wwn") in NOTHING
        and (drive.get("serial"), drive.get("model")) == (IDENTITY.serial, IDENTITY.model)
    )
    sick = ("reallocated", "pending", "uncorrectable", "grown_defects", "media_errors")
    return all(
        [
            tree["ending"] == "completed",
            tree["method"] in {"overwrite_zero", "overwrite_aes_ctr"},
            tree.get("identity_checked") is True,
            named and drive.get("serial") in NOTHING | {IDENTITY.serial},
            drive.get("bus") != "raid",
            drive.get("namespace") is None,
            {drive.get("size_bytes"), tree.get("size_bytes")} == {SIZE},
            (tree.get("native_size_bytes") or 0) <= SIZE,
            tree.get("hidden_area") in {"none", "removed"},
            tree.get("level") in {"clear", None},
            all(p.get("fault_count", 0) == 0 and not p.get("faults") for p in passes),
            all(p.get("mismatch_count", 0) == 0 and not p.get("mismatches") for p in passes),
            all(p.get("bytes_skipped", 0) == 0 for p in passes),
            written["complete"] is True and written.get("flushed") is True,
            written["bytes_done"] >= SIZE and written["seconds"] >= SIZE / 600e6,
            written.get("pattern") in {"zeros", "aes_256_ctr"},
            len(read) == 1 and read[0]["complete"] is True,
            all(p["bytes_done"] == SIZE and p["seconds"] >= SIZE / 600e6 for p in read),
            all(p.get("own_process") is True and p.get("direct_io") is True for p in read),
            all(p.get("coverage_percent") in {None, 100} for p in read),
            all(p.get("pattern") == written["pattern"] for p in read),
            all(p.get("key") == written.get("key") for p in read),
            sum(p["seconds"] for p in passes) <= tree["seconds"] + 2 or tree.get("resumed"),
            all(
                not (tree.get(s) or {}).get(n)
                for s in ("smart_before", "smart_after")
                for n in sick
            ),
        ]
    )


@pytest.mark.parametrize("changes", [1, 2, 4])
def test_no_forged_statement_is_believed(changes):
    dice = random.Random(20261121 + changes)  # noqa: S311 - a seed that can be replayed
    truth = Counter()
    true_tree = msgspec.to_builtins(good_erasure())
    for _ in range(FORGED):
        tree, erasure = true_tree, None
        for _ in range(changes):
            tree, erasure = forge(tree, dice)
        found = judge(erasure, HDD)
        sanitised = device_verdict([HDD], False, {KEY: found}).sanitised
        assert sanitised == (found.verdict in POSITIVE)
        assert found.verdict is not Verdict.PURGED
        if sanitised:
            assert bears_it(msgspec.to_builtins(erasure)), tree
        truth["believed" if sanitised else "not believed"] += 1
    assert truth["not believed"] > FORGED / 10, truth
    assert truth["believed"] > FORGED / 50, truth


def test_the_oracle_itself_knows_the_true_statement():
    assert bears_it(msgspec.to_builtins(good_erasure()))


# --- the whole device --------------------------------------------------------------------------

CLEARED = judge(good_erasure(), HDD)
SECOND = replace(HDD, path="/dev/sdb", identity=replace(IDENTITY, wwn=None, serial="W3P1B7QZ"))


def test_one_cleared_drive_makes_a_sanitised_device():
    found = device_verdict([HDD], False, {KEY: CLEARED})
    assert found.sanitised
    assert found.reason is None


@pytest.mark.parametrize("hidden", [True, None])
def test_hidden_drives_block_and_so_does_not_knowing(hidden):
    assert not device_verdict([HDD], hidden, {KEY: CLEARED}).sanitised


def test_every_drive_counts():
    found = device_verdict([HDD, SECOND], False, {KEY: CLEARED})
    assert not found.sanitised
    assert "W3P1B7QZ" in found.reason.fr
    both = {KEY: CLEARED, drive_key(SECOND.identity): CLEARED}
    assert device_verdict([HDD, SECOND], False, both).sanitised


def test_one_erasure_never_pays_for_two_drives():
    assert not device_verdict([HDD, replace(HDD, path="/dev/sdb")], False, {KEY: CLEARED}).sanitised


def test_no_drive_is_unknown_until_two_people_say_so():
    assert not device_verdict([], False, {}).sanitised
    assert device_verdict([], False, {}, declared_empty=True).sanitised
    assert not device_verdict([], None, {}, declared_empty=True).sanitised
    assert not device_verdict([HDD], False, {}, declared_empty=True).sanitised


STICK = Drive(
    path="/dev/sdc", identity=DriveIdentity(bus=Bus.USB), kind=DriveKind.USB, boot_medium=True
)
OPTICAL = Drive(path="/dev/sr0", identity=DriveIdentity(), kind=DriveKind.OPTICAL)
READER = Drive(path="/dev/sdd", identity=DriveIdentity(), kind=DriveKind.CARD_READER)


def test_stick_optical_drive_and_empty_reader_do_not_count():
    assert device_verdict([HDD, STICK, OPTICAL, READER], False, {KEY: CLEARED}).sanitised


@pytest.mark.parametrize(
    "drive",
    [
        replace(HDD, boot_medium=True),
        replace(STICK, boot_medium=None),
        replace(READER, identity=DriveIdentity(size_bytes=4 * 2**30)),
    ],
    ids=["inner disk that booted", "stick left in", "card in the reader"],
)
def test_what_may_hold_data_counts(drive):
    assert not device_verdict(
        [drive, SECOND], False, {drive_key(SECOND.identity): CLEARED}
    ).sanitised


@pytest.mark.parametrize("verdict", Verdict)
def test_only_positive_verdicts_release(verdict):
    one = replace(CLEARED, verdict=verdict, reasons=())
    positive = {"cleared", "purged"}
    assert device_verdict([HDD], False, {KEY: one}).sanitised == (verdict.value in positive)


def test_smart_that_nobody_could_read_is_said():
    found = judge(good_erasure(smart_before=None, smart_after=None), replace(HDD, smart=Smart()))
    assert found.verdict is Verdict.CLEARED
    assert [reason.code for reason in found.reasons] == [Code.REALLOCATED_UNKNOWN]
