"""The outbox keeps what it promised, trusts nothing that does not check, and forgets nothing."""

import errno
import os

import pytest
from stick_bench import FAKE, enrolled_stick, inspection, raw_of

from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.errors import StatementTooLarge, StickDamaged, StickFailed, StickInUse
from rebond_agent.stick import held, ledger, open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import Aside, counts, opened


@pytest.fixture
def stick(tmp_path):
    return enrolled_stick(tmp_path / "stick", FAKE)


def put(stick, count=1):
    with opened(stick) as outbox:
        return [outbox.put(lambda place: inspection(stick, place)) for _ in range(count)]


def waiting(stick):
    with opened(stick) as outbox:
        return outbox.waiting, outbox.notices


def test_file_is_one_line_that_tells_nothing_and_the_sealed_statement(stick):
    (parcel,) = put(stick)
    content = (stick.outbox / f"0000000001-{parcel.statement}.statement").read_bytes()
    line, sealed = content.split(b"\n", 1)
    assert line.split()[:4] == [
        b"REBOND2",
        str(stick.settings.stick).encode(),
        str(parcel.statement).encode(),
        b"1",
    ]
    assert line.split()[4] == str(len(sealed)).encode()
    assert b"keyboard" not in content
    assert b"keyboard" in raw_of(parcel)
    assert parcel.signature.encode() in line


def test_statements_come_back_in_order_and_form_a_chain(stick):
    parcels = put(stick, 3) + put(stick, 2)
    assert waiting(stick) == (tuple(parcels), ())
    assert [parcel.sequence for parcel in parcels] == [1, 2, 3, 4, 5]


def test_every_torn_length_and_every_edited_byte_goes_to_quarantine(stick):
    (parcel,) = put(stick)
    path, whole = stick.outbox / parcel.file_name, parcel.content
    cuts = [whole[:length] for length in (0, 1, 50, len(whole) // 2, len(whole) - 1)]
    edits = [whole + b" "] + [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 7)
    ]
    for damaged in cuts + edits:
        path.write_bytes(damaged)
        left, notices = waiting(stick)
        assert left == ()
        assert [notice.file for notice in notices] == [parcel.file_name]
        assert notices[0].reason
    aside = list((stick.outbox / Aside.QUARANTINE).iterdir())
    assert len(aside) == len(cuts + edits), "each damaged file is kept"


def test_another_sticks_statement_and_stray_files_are_not_sent(stick, tmp_path):
    other = enrolled_stick(tmp_path / "other", FakeServer())
    (foreign,) = put(other)
    (stick.outbox).mkdir()
    (stick.outbox / foreign.file_name).write_bytes(foreign.content)
    (stick.outbox / "README.txt").write_text("bonjour")
    left, notices = waiting(stick)
    assert left == ()
    assert {notice.file for notice in notices} == {"README.txt", foreign.file_name}


def test_renamed_file_is_not_trusted(stick):
    first, _ = put(stick, 2)
    path = stick.outbox / first.file_name
    path.rename(path.with_name(f"0000000009-{first.statement}.statement"))
    left, notices = waiting(stick)
    assert [parcel.sequence for parcel in left] == [2]
    assert notices[0].reason == "its file name names another statement"


@pytest.mark.parametrize("witness", ["sequence", "outbox", "ledger", "aside"])
def test_number_is_never_given_twice_as_long_as_one_witness_is_left(stick, witness):
    parcels = put(stick, 3)
    with opened(stick) as outbox:
        match witness:
            case "ledger":
                for parcel in parcels:
                    outbox.delivered(parcel, b"{}", "0" * 128)
            case "aside":
                for parcel in parcels:
                    outbox.set_aside(parcel, Aside.REFUSED)
    if witness == "sequence":
        for path in stick.outbox.glob("*.statement"):
            path.unlink()
    else:
        (stick.folder / "sequence").write_bytes(b"3 torn")
    (fourth,) = put(stick)
    assert fourth.sequence == 4
    assert parcels[2].sha256.encode() in raw_of(fourth)


def test_number_of_a_torn_statement_is_not_given_again(stick):
    parcels = put(stick, 2)
    (stick.folder / "sequence").unlink()
    (stick.outbox / parcels[1].file_name).write_bytes(b"")
    (third,) = put(stick)
    assert third.sequence == 3
    assert parcels[0].sha256.encode() in raw_of(third), "linked to the last statement that is known"


def failing(at, error=errno.EIO):
    left = [at]

    def sync(descriptor):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(error, os.strerror(error))
        os.fsync(descriptor)

    return sync


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_failed_fsync_stops_the_stick_for_good(stick, at):
    broken = open_stick(stick.folder, Durable(failing(at)))
    with pytest.raises(StickFailed, match="did not keep"), opened(broken) as outbox:
        outbox.put(lambda place: inspection(broken, place))
    with pytest.raises(StickFailed, match="did not keep"):
        broken.disk.write(stick.folder / "anything", b"later")
    assert not (stick.folder / "anything").exists()


def test_failed_fsync_of_the_ledger_keeps_the_statement(stick):
    (parcel,) = put(stick)
    broken = open_stick(stick.folder, Durable(failing(1)))
    with opened(broken) as outbox, pytest.raises(StickFailed):
        outbox.delivered(parcel, b"{}", "0" * 128)
    assert (stick.outbox / parcel.file_name).exists()


def test_torn_ledger_line_counts_for_nothing_and_spoils_nothing(stick):
    first, second = put(stick, 2)
    ledger.add(stick.disk, stick.ledger, first, b"{}", "0" * 128)
    stick.ledger.write_bytes(stick.ledger.read_bytes()[:-1])
    assert ledger.read(stick.ledger) == ()
    ledger.add(stick.disk, stick.ledger, second, b"{}", "0" * 128)
    lines = ledger.read(stick.ledger)
    assert second.statement in {line.statement for line in lines}


def test_statement_in_the_ledger_is_not_sent_again(stick):
    (parcel,) = put(stick)
    ledger.add(stick.disk, stick.ledger, parcel, b"{}", "0" * 128)
    assert waiting(stick) == ((), ())
    assert not (stick.outbox / parcel.file_name).exists()


def test_one_process_at_a_time(stick):
    with (
        held(stick.folder),
        pytest.raises(StickInUse, match="Another rebond-agent"),
        opened(stick),
    ):
        pass
    assert waiting(stick) == ((), ())


def test_statement_beyond_the_limits_is_not_written(stick):
    big = inspection(stick, _place(stick))
    with opened(stick) as outbox, pytest.raises(StatementTooLarge):
        outbox.put(lambda _: type(big)(**(_fields(big) | {"checks": big.checks * 20_000})))
    assert counts(stick.folder)["waiting"] == 0


def _place(stick):
    with opened(stick) as outbox:
        return outbox.place


def _fields(statement):
    return {name: getattr(statement, name) for name in statement.__struct_fields__}


def test_counts_touch_nothing(stick):
    parcels = put(stick, 3)
    with opened(stick) as outbox:
        outbox.set_aside(parcels[0], Aside.CONFLICT)
    (stick.outbox / parcels[1].file_name).write_bytes(b"torn")
    assert counts(stick.folder) == {"waiting": 2, "quarantine": 0, "conflict": 1, "refused": 0}
    assert (stick.outbox / parcels[1].file_name).read_bytes() == b"torn"


@pytest.mark.parametrize("name", ["lock", "delivered"])
def test_stick_that_cannot_be_read_says_so(stick, name):
    put(stick)
    (stick.folder / name).unlink(missing_ok=True)
    (stick.folder / name).mkdir()
    with pytest.raises(StickDamaged, match="Is a directory"), opened(stick):
        pass
