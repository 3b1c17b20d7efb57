"""Who works here, second reads, and drives that a person answers for: what follows from which key."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from erasure_cases import a_read
from stage import state
from stick_bench import raw_of
from test_console_bench import LEAVE, console, go, server
from test_console_state import BOOT, FIRST, SECOND, walk

from rebond_agent.console.draw import screen
from rebond_agent.console.event import (
    Key,
    LetGo,
    NameOperator,
    ReadAsked,
    ReadEnded,
    Reread,
    StopWipe,
    Ticked,
    Wipe,
    WipeOver,
)
from rebond_agent.console.lines import Size
from rebond_agent.console.state import View
from rebond_agent.console.transition import COUNTDOWN_SECONDS
from rebond_agent.language import Language
from rebond_schemas.codec import decode
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.read_order import ReadAgain, ReadOrder
from rebond_schemas.statement import Erasure

__all__ = ["console", "server"]  # fixtures of the whole console

ASKED = ReadAsked(paths=(FIRST,), same_stick=0, not_by=("Awa",))
SERIAL = "S35ENX1J90002"


def shown(begun):
    lines = screen(begun, Size(width=80, height=40))
    return " ".join(" ".join(one.plain for one in lines).split())


def test_a_name_is_typed_or_scanned_and_stays():
    known, wishes = walk(state(), Key.F6, "Bruno")
    assert (known.operator, known.view, wishes) == (
        "Bruno",
        View.MACHINE,
        [NameOperator(name="Bruno")],
    )
    kept, wishes = walk(known, Key.F6, Key.ENTER)
    assert (kept.operator, wishes) == ("Bruno", []), "Enter alone changes nothing"
    assert kept.asset_tag is None, "a name is no tag"
    assert "QUI TRAVAILLE ICI" in shown(walk(state(), Key.F6)[0])


def test_a_read_that_was_asked_for_begins_with_a_name_only():
    asked, wishes = walk(state(), ASKED, Key.F7)
    assert (asked.view, wishes) == (View.WHO, [])
    assert "Awa" in shown(asked)
    back, wishes = walk(asked, Key.ENTER, Ticked(now=100.0))
    assert (back.view, back.reads_next, wishes) == (View.MACHINE, False, [])
    begun, wishes = walk(asked, "Bruno")
    assert wishes == [NameOperator(name="Bruno"), Reread()]
    assert [one.running for one in begun.drives] == [True, False, False]


@pytest.mark.parametrize("name", ["Awa", " awa", "A W A"])
def test_whoever_erased_does_not_read(name):
    asked, wishes = walk(state(), ASKED, Key.F7, name)
    assert not [one for one in wishes if isinstance(one, Reread)]
    assert asked.view is View.WHO


def test_nothing_is_read_where_nothing_is_asked():
    calm, wishes = walk(replace(state(), operator="Bruno"), Key.F7)
    assert (wishes, calm.erasing) == ([], False)


def test_a_read_is_stopped_as_an_erasure_is_and_can_be_made_again():
    begun, _ = walk(replace(state(), operator="Bruno"), ASKED, Key.F7)
    assert walk(begun, Key.F8)[1] == [StopWipe()]
    cut = ReadEnded(path=FIRST, statement=a_read(Ending.INTERRUPTED, "cancelled"))
    stopped, _ = walk(begun, cut, WipeOver())
    assert walk(stopped, Key.F7)[1] == [Reread()]


def test_a_read_shows_what_came_of_it_and_never_that_it_is_confirmed():
    begun, _ = walk(replace(state(), operator="Bruno"), ASKED)
    assert "tiré au sort" in shown(begun)
    well, _ = walk(begun, ReadEnded(path=FIRST, statement=a_read(Ending.COMPLETED, None)))
    assert "Le serveur confirme, ou non" in shown(well)
    assert walk(well, Key.F7)[1] == [], "it is done"
    only = replace(well, drives=well.drives[:1])
    settled, _ = walk(only, ReadAsked(paths=(), same_stick=0))
    assert "effacer 1 disque" not in shown(settled), "what was read is not to be erased"
    bad, _ = walk(begun, ReadEnded(path=FIRST, statement=a_read(Ending.COMPLETED, "not_confirmed")))
    assert "contredit" in shown(bad)
    assert "READ" not in shown(bad)


def test_another_stick_is_asked_for_where_this_one_erased():
    begun, _ = walk(state(), ReadAsked(paths=(), same_stick=2))
    assert "2 disque(s) avec une autre clé" in shown(begun)
    english, _ = walk(state(language=Language.EN), ReadAsked(paths=(), same_stick=2))
    assert "another stick" in shown(english)


# ---- drives whose content no tool recognises


def vouchable():
    begun = state()
    lines = list(begun.drives)
    lines[-1] = replace(lines[-1], vouchable=True)
    return replace(begun, drives=tuple(lines))


def test_the_whole_serial_number_lets_an_unknown_drive_be_erased_and_is_told():
    _, wishes = walk(vouchable(), Key.F2, SERIAL.lower(), Key.ENTER, Ticked(now=COUNTDOWN_SECONDS))
    assert wishes == [Wipe(paths=(BOOT,), vouched=(SERIAL.lower(),))]


@pytest.mark.parametrize("typed", ["0002", "S35ENX1J9000", f"{SERIAL}X", "1J90002"])
def test_less_than_all_of_it_or_more_lets_nothing_go(typed):
    ended, wishes = walk(vouchable(), Key.F2, typed, Key.ENTER, Ticked(now=100.0))
    assert not [one for one in wishes if isinstance(one, Wipe)]
    assert not ended.vouched


def test_a_refused_drive_that_is_not_unknown_takes_no_word():
    ended, wishes = walk(state(), Key.F2, SERIAL, Key.ENTER, Ticked(now=100.0))
    assert not [one for one in wishes if isinstance(one, Wipe)]
    assert not ended.vouched


@pytest.mark.parametrize("key", [Key.ESCAPE, Key.F2, Key.F10])
def test_a_word_that_was_given_does_not_outlive_a_change_of_mind(key):
    ready, _ = walk(vouchable(), Key.F2, SERIAL, Key.ENTER)
    calm, wishes = walk(ready, key)
    assert (calm.vouched, wishes) == (frozenset(), [])
    again, _ = walk(vouchable(), Key.F2, SERIAL, Key.ESCAPE)
    assert (again.ticked, again.vouched) == (frozenset(), frozenset())


def test_no_unattended_erasure_takes_an_unknown_drive():
    free, _ = walk(vouchable(), LetGo())
    assert free.ticked <= {FIRST, SECOND}
    alone = replace(vouchable(), drives=vouchable().drives[-1:])
    calm, wishes = walk(alone, LetGo(), Ticked(now=100.0))
    assert (calm.ticked, wishes) == (frozenset(), [])


# ---- the whole console: real threads, the real reader, a fake server


def test_a_drawn_drive_is_read_at_the_console_and_its_statement_names_reader_and_order(
    console, server
):
    with console(1) as given:
        (image,) = given.images
        path = Path(image.target.path)
        path.write_bytes(bytes(path.stat().st_size))
        identity = image.drive.identity
        again = ReadAgain(
            drive=identity, size_bytes=identity.size_bytes, action="read_back", pattern="zeros",
            not_by="Awa",
        )  # fmt: skip
        number = uuid4()
        server.read_order = lambda asked: ReadOrder(
            id=number, site=server.site, stick=asked.stick, run=asked.run, issued=server.now,
            drives=(again,),
        )  # fmt: skip
        before = path.stat().st_mtime_ns
        go(
            given,
            ("F7 Relire", (Key.F7,)),
            ("Une autre personne que : Awa", (*"Bruno", Key.ENTER)),
            ("Relu : rien d'autre", (Key.F5, Key.F10)),
            *LEAVE,
        )
        assert path.stat().st_mtime_ns == before
        told = [decode(raw) for raw in server.statements.values()]
        told += [decode(raw_of(parcel, server)) for parcel in given.outbox.waiting]
    (read,) = [one for one in told if isinstance(one, Erasure)]
    assert (read.method, read.ending, read.operator) == (Method.NONE, Ending.COMPLETED, "Bruno")
    assert read.order == str(number)
