"""What benches tell: the last word of each, from whoever may speak, seldom where many do."""

from uuid import uuid4

import msgspec
import pytest
from bench import enrolled, receipt, send
from moments import NOON, later

from rebond_schemas.codec import encode
from rebond_schemas.progress import BenchProgress, DriveProgress, ProgressAnswer
from rebond_schemas.sealing import derived_key, new_pair, public_half, seal
from rebond_schemas.signing import PROGRESS_TYPE, new_key, sign
from rebond_server.domain.role import Role
from rebond_server.operations.answers import Accepted, Status
from rebond_server.operations.bench import benches, hear
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.purge import purge
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.arrival import BenchRow


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


def say(workshop, stick, run, number, now=NOON, key=None, recipient=None, **fields):
    drive = DriveProgress(path="/dev/sda", bytes_done=number, bytes_total=100)
    told = BenchProgress(stick=stick.id, run=run, number=number, drives=(drive,), **fields)
    public = recipient or public_half(derived_key(workshop.server_key))
    sealed = seal(public, encode(told))
    with workshop.work(NOBODY, now) as work:
        return hear(work, sealed, stick.id, sign(key or stick.key, PROGRESS_TYPE, sealed))


def shown(workshop, now=NOON):
    with workshop.work(NOBODY, now, reading=True) as work:
        return benches(work)


def test_the_last_word_stands_and_an_older_one_that_comes_late_is_dropped(workshop, stick):
    run = uuid4()
    for number in (1, 3, 2):
        assert say(workshop, stick, run, number, needs="clavier").status is Status.KNOWN
    (one,) = shown(workshop)
    assert (one.told.number, one.told.drives[0].bytes_done, one.told.needs) == (3, 3, "clavier")
    assert (one.stick, one.tag) == ("clé 1", None)
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert work.session.query(BenchRow).count() == 1, "overwritten, not added to"


def test_a_bench_is_named_by_its_device_as_soon_as_that_is_known(workshop, stick):
    say(workshop, stick, stick.run, 1, asset_tag="SCANNED-1")
    assert shown(workshop)[0].tag == "SCANNED-1"
    tag = receipt(send(workshop, stick.inventory())).device
    assert shown(workshop)[0].tag == tag


def test_strangers_revoked_sticks_and_other_servers_seals_are_not_heard(workshop, stick):
    run = uuid4()
    other = enrolled(workshop, "clé 2")
    assert say(workshop, stick, run, 1, key=new_key()).status is Status.NOT_KNOWN
    assert say(workshop, stick, run, 1, recipient=new_pair()[1]).status is Status.NOT_KNOWN
    say(workshop, stick, run, 5)
    say(workshop, other, run, 9)
    assert shown(workshop)[0].told.number == 5, "another stick cannot speak for this run"
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        revoke_stick(work, stick.id, "perdue")
    assert say(workshop, stick, run, 7).status is Status.NOT_KNOWN


def test_silent_benches_are_not_shown_and_go_in_a_day(workshop, stick):
    say(workshop, stick, uuid4(), 1)
    assert len(shown(workshop, later(1))) == 1
    assert shown(workshop, later(3)) == []
    with workshop.work(command_line(Role.ADMIN), later(60 * 25)) as work:
        assert purge(work).benches == 1


def test_many_benches_speak_less_often_each(workshop, stick):
    def seconds(answer):
        assert isinstance(answer, Accepted)
        return msgspec.json.decode(answer.body, type=ProgressAnswer).seconds

    assert seconds(say(workshop, stick, uuid4(), 1)) == 1.0
    for number in range(39):
        last = seconds(say(workshop, stick, uuid4(), number))
    assert last == 4.0, "forty benches, ten words a second"
