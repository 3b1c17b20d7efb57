"""What follows from which key: nothing is erased without the typed characters and ten seconds."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import PROGRESS, state

from rebond_agent.checks.step import Answer, Colour, Painting, Question, said
from rebond_agent.console.event import (
    Checked,
    Counted,
    Key,
    LetGo,
    NameDevice,
    Pressed,
    Progressed,
    Reply,
    Send,
    StartCheck,
    Stepped,
    StopWipe,
    Ticked,
    Told,
    Wipe,
    WipeOver,
)
from rebond_agent.console.keys import read_keys
from rebond_agent.console.state import View
from rebond_agent.console.transition import COUNTDOWN_SECONDS, after
from rebond_agent.language import Language
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_schemas.inspection import Check, Result

FIRST, SECOND, BOOT = (f"/dev/nvme{number}n1" for number in range(3))


def walk(begin, *events):
    """Return the state after keys, texts (typed with Enter) and events, and every wish on the way."""
    wishes = []
    for event in events:
        if isinstance(event, str) and not isinstance(event, Key):
            several = [*(Pressed(key=letter) for letter in event), Pressed(key=Key.ENTER)]
        else:
            several = [Pressed(key=event) if isinstance(event, Key) else event]
        for one in several:
            begin, wished = after(begin, one)
            wishes += wished
    return begin, wishes


@pytest.mark.parametrize("view", [one for one in View if one is not View.WHO])
def test_a_tag_is_scanned_in_any_view(view):
    """The gun types letters that are no commands anywhere."""
    after_scan, wishes = walk(state(view=view), "RB-000042")

    assert wishes == [NameDevice(asset_tag="RB-000042")]
    assert (after_scan.asset_tag, after_scan.typed) == ("RB-000042", "")
    assert after_scan.view is view


def test_the_default_is_no():
    """Enter alone goes back, and no time that passes erases anything."""
    ended, wishes = walk(state(), Key.F2, Key.ENTER, Ticked(now=1000.0))

    assert (ended.view, wishes) == (View.MACHINE, [])


def test_only_drives_whose_last_characters_were_typed_are_erased_after_ten_seconds():
    """One confirmation for the machine; each drive in it is chosen by its own serial number."""
    ready, wishes = walk(state(), Key.F2, "0001", Key.ENTER, Ticked(now=COUNTDOWN_SECONDS - 0.1))
    assert (ready.view, wishes) == (View.COUNTDOWN, [])

    begun, wishes = walk(ready, Ticked(now=COUNTDOWN_SECONDS))

    assert wishes == [Wipe(paths=(SECOND,))]
    assert [one.running for one in begun.drives] == [False, True, False]
    assert walk(begun, Ticked(now=99.0))[1] == []


@pytest.mark.parametrize("typed", ["9999", "1", "0002", "RB-000001"])
def test_other_characters_choose_nothing(typed):
    """Neither a wrong ending, nor that of a refused drive, nor a tag that ends like a drive."""
    ended, wishes = walk(state(), Key.F2, typed, Key.ENTER, Ticked(now=100.0))

    assert not [one for one in wishes if isinstance(one, Wipe)]
    assert not ended.ticked


@pytest.mark.parametrize("key", [Key.ESCAPE, Key.F2, Key.F10, Key.F8])
def test_the_countdown_can_be_cancelled(key):
    """Until the last moment."""
    ended, wishes = walk(state(), Key.F2, "0000", Key.ENTER, Ticked(now=9.9), key, Ticked(now=50.0))

    assert (ended.view, wishes) == (View.MACHINE, [])
    assert ended.news


def test_a_scan_during_the_countdown_names_the_device_and_cancels_nothing():
    """Scanning at any time is promised."""
    _, wishes = walk(state(), Key.F2, "0000", Key.ENTER, "RB-7", Ticked(now=10.0))

    assert wishes == [NameDevice(asset_tag="RB-7"), Wipe(paths=(FIRST,))]


KEYS = st.one_of(
    st.sampled_from([*Key]).map(lambda key: Pressed(key=key)),
    st.sampled_from("0123ab-").map(lambda key: Pressed(key=key)),
    st.sampled_from([Told(sentence="x"), WipeOver(), Counted(waiting=2, sending=False)]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(KEYS, st.floats(0, 6)), max_size=60))
def test_no_keys_erase_without_typed_characters_and_ten_seconds(steps):
    """Whatever is pressed: the wish to erase follows a choice, a calm countdown, and no refusal."""
    now, one, began = 0.0, state(), None
    for event, seconds in steps:
        for happened in (event, Ticked(now=now)):
            before = one
            one, wishes = after(one, happened)
            if one.view is View.COUNTDOWN and before.view is not View.COUNTDOWN:
                began = now
            for wish in wishes:
                if isinstance(wish, Wipe):
                    assert set(wish.paths) == before.ticked != frozenset()
                    assert BOOT not in wish.paths
                    assert now - began >= COUNTDOWN_SECONDS - 6
        now += seconds


def test_f2_does_nothing_where_nothing_can_be_erased():
    """And says so; while drives are being erased, F8 stops them."""
    none, _ = walk(state(count=0), Key.F2)
    assert none.view is View.MACHINE
    assert none.news

    busy = replace(state(), drives=(replace(state().drives[0], running=True),))
    assert walk(busy, Key.F2)[0].view is View.MACHINE
    assert walk(busy, Key.F8)[1] == [StopWipe()]


def test_tests_are_started_and_answered_while_drives_are_being_erased():
    """The answers are function keys: a scanned letter answers nothing."""
    busy = replace(state(), drives=(replace(state().drives[0], running=True, progress=PROGRESS),))
    asking, wishes = walk(
        busy, Key.F3, Key.DOWN, Key.DOWN, Key.DOWN, Key.ENTER,
        Stepped(name="sound", step=Question(text=said(CheckPhrase.SOUND_HEARD))),
    )  # fmt: skip
    assert wishes == [StartCheck(name="sound")]
    assert asking.checks[3].asks
    for key, answer in ((Key.F5, Answer.YES), (Key.F6, Answer.NO), (Key.F7, Answer.SKIP)):
        assert walk(asking, key)[1] == [Reply(name="sound", answer=answer)]
    assert walk(asking, Key.ENTER)[1] == []

    ended, _ = walk(asking, Checked(check=Check(name="sound", result=Result.PASS)))
    assert not ended.checks[3].running
    assert ended.checks[3].check.result is Result.PASS


def test_any_key_shows_the_next_colour_and_escape_ends():
    """Nothing else is read while the screen is painted."""
    painted, _ = walk(
        state(), Key.F3, Key.DOWN, Key.DOWN, Key.ENTER,
        Stepped(name="screen", step=Painting(colour=Colour.RED)),
    )  # fmt: skip
    assert painted.painting
    assert walk(painted, Pressed(key="x"))[1] == [Reply(name="screen", answer=Answer.YES)]
    assert walk(painted, Key.ESCAPE)[1] == [Reply(name="screen", answer=Answer.SKIP)]


def test_drives_progress_and_end():
    """An engine that fell silent leaves nothing running on the screen."""
    further, _ = walk(state(), Progressed(path=FIRST, progress=PROGRESS))
    assert further.drives[0].progress is PROGRESS
    assert walk(further, WipeOver())[0].drives[0].progress is None


def test_leaving_is_asked_twice_and_stops_what_runs():
    """F10, what it means, F10."""
    once, _ = walk(state(), Key.F10)
    assert (once.view, once.over) == (View.LEAVE, False)
    assert walk(once, Key.ESCAPE)[0].view is View.MACHINE
    assert walk(once, Key.F5)[1] == [Send()]
    assert walk(once, Key.F10)[0].over

    busy = replace(once, drives=(replace(once.drives[0], running=True),))
    assert walk(busy, Key.F10)[1] == [StopWipe()]


def test_f9_changes_the_language():
    """French first."""
    assert walk(state(), Key.F9)[0].language is Language.EN


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("\x1b[[B\x1b[[E", (Key.F2, Key.F5)),
        ("\x1bOQ\x1bOR\x1bOS\x1b[15~", (Key.F2, Key.F3, Key.F4, Key.F5)),
        ("\x1b[17~\x1b[18~\x1b[19~\x1b[20~\x1b[21~", (Key.F6, Key.F7, Key.F8, Key.F9, Key.F10)),
        ("\x1b[12~\x1b2\x1b0", (Key.F2, Key.F2, Key.F10)),
        ("\x1b[A\x1bOB", (Key.UP, Key.DOWN)),
        ("RB-1\r", ("R", "B", "-", "1", Key.ENTER)),
        ("é\x7f\x00", ("é", Key.BACKSPACE)),
        ("\x1b[99Z", ()),
    ],
)
def test_keys_of_consoles_xterm_and_serial_lines(text, keys):
    """Linux console, xterm and tmux, vt220; Escape and a digit where function keys are lost."""
    assert read_keys(text, waited=False) == (keys, "")


def test_half_a_sequence_waits_and_a_lone_escape_is_one():
    """A serial line brings bytes one by one."""
    for half in ("\x1b", "\x1b[", "\x1bO", "\x1b[[", "\x1b[2"):
        assert read_keys(half, waited=False) == ((), half)
    assert read_keys("\x1b", waited=True) == ((Key.ESCAPE,), "")


def built_in(removable):
    drives = tuple(
        replace(one, drive=msgspec.structs.replace(one.drive, removable=removable))
        for one in state().drives
    )
    return replace(state(), drives=drives)


def test_an_order_lets_built_in_drives_go_after_ten_seconds_and_any_key_keeps_them():
    ready, wishes = walk(built_in(False), LetGo(), Ticked(now=COUNTDOWN_SECONDS - 0.1))
    assert (ready.view, wishes) == (View.COUNTDOWN, [])
    assert BOOT not in ready.ticked
    assert walk(ready, Ticked(now=COUNTDOWN_SECONDS))[1] == [Wipe(paths=(FIRST, SECOND))]
    kept, wishes = walk(ready, Key.ESCAPE, Ticked(now=99.0))
    assert (kept.view, wishes) == (View.MACHINE, [])


@pytest.mark.parametrize("removable", [True, None])
def test_an_order_disturbs_nobody_and_takes_no_drive_that_may_be_pulled(removable):
    busy = replace(built_in(False), view=View.CHECKS)
    assert walk(busy, LetGo())[0] == busy
    assert walk(built_in(removable), LetGo())[0] == built_in(removable)
