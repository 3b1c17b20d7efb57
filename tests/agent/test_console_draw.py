"""The drawn screen: exactly as large as the terminal, nothing cut, every key shown."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from rich.cells import cell_len
from stage import PROGRESS, state

from rebond_agent.checks import keyboard
from rebond_agent.checks.step import Colour, Painting, Question, Working, said
from rebond_agent.console.draw import keys, screen
from rebond_agent.console.event import Key, Pressed
from rebond_agent.console.lines import Size
from rebond_agent.console.machine_view import machine_name
from rebond_agent.console.other_views import code_lines
from rebond_agent.console.state import DriveLine, View
from rebond_agent.console.transition import after
from rebond_agent.language import Language
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.hidden_reasons import hidden_reason
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect
from rebond_agent.probes.hidden import parse_hidden
from rebond_agent.probes.pci import PciDevice
from rebond_agent.sheet.parts import facts_blocks
from rebond_schemas.facts import Board, Facts, Firmware
from rebond_schemas.inspection import Check, Result

SIZES = [Size(width=80, height=24), Size(width=80, height=25), Size(width=120, height=40)]
NAMED = {"Entrée": Key.ENTER, "Enter": Key.ENTER, "Échap": Key.ESCAPE, "Esc": Key.ESCAPE}


def text(one, size=SIZES[1]):
    return "\n".join(line.plain for line in screen(one, size))


def words_of(shown):
    """Return all words, wherever lines were broken."""
    return " ".join(shown.split())


def situations(language):
    """Every view, calm and busy, with few and with many drives."""
    for count in (0, 1, 3, 20):
        calm = state(count, language)
        busy = replace(
            calm,
            drives=tuple(replace(one, running=True, progress=PROGRESS) for one in calm.drives),
            news="Le serveur https://atelier.example ne répond pas. " * 2,
            waiting=12,
            typed="RB-0000",
            asset_tag="RB-000042",
        )
        chosen = replace(calm, ticked=frozenset(one.drive.path for one in calm.drives))
        for one in (calm, busy, replace(chosen, starts_at=9.0)):
            for view in View:
                yield replace(one, view=view)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_screen_has_the_size_of_the_terminal_and_shows_its_keys(language, size):
    """Whatever happens: as many lines as rows, none wider, all keys and the head in full."""
    for one in situations(language):
        lines = screen(one, size)
        assert len(lines) == size.height
        assert max(cell_len(line.plain) for line in lines) <= size.width
        shown = text(one, size)
        for key in keys(one):
            assert key in shown, (one.view, key)
        if one.waiting:
            assert ConsolePhrase.KEEP_STICK.value[language is Language.EN].format(count=12) in shown


@pytest.mark.parametrize("language", Language)
def test_every_key_that_is_shown_does_something(language):
    """No dead key stands on any screen."""
    for one in situations(language):
        for shown in keys(one):
            name = shown.split()[0]
            key = NAMED.get(name) or Key(name)
            calm = replace(one, typed="")
            nothing_open = key is Key.F2 and not any(line.is_open for line in one.drives)
            followed, wishes = after(calm, Pressed(key=key))
            assert followed != calm or wishes or nothing_open, (one.view, shown)


@pytest.mark.parametrize("view", [View.MACHINE, View.CONFIRM])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_drive_can_be_reached_and_is_shown_whole(view, size):
    """Twenty drives scroll; each is once on the screen with its whole serial number."""
    one, seen = replace(state(20), view=view), set()
    for _ in range(20):
        seen |= set(re.findall(r"n° (S35ENX1J9\d{4})\b", words_of(text(one, size))))
        one, _ = after(one, Pressed(key=Key.DOWN))
    assert len(seen) == 20


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_of_the_machine_is_cut(size):
    """Names break at words, and the hidden drives are told."""
    shown = words_of(text(state(2), size))
    for part in ("LENOVO ThinkPad X270 20HMS0VT00", "n° PF0XXXX7", "i5-7300U CPU @ 2.60GHz",
                 "8 Go", "86 + 43 %", "Intel RST", "S35ENX1J90000", "S35ENX1J90001"):  # fmt: skip
        assert part in shown
    assert "support de démarrage" in shown.lower() or "clé" in shown


def test_progress_shows_step_rate_time_and_errors():
    """In one line at 80 columns, even with everything to tell."""
    one = state(1)
    running = replace(one, drives=(replace(one.drives[0], running=True, progress=PROGRESS),))
    shown = words_of(text(running))
    for part in (
        "1/4 pose des témoins",
        "40 %",
        "512 Mo/s",
        "reste 2 h 05",
        "3 erreur(s)",
        "12 différence",
    ):
        assert part in shown


@pytest.mark.parametrize("azerty", [True, False])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_keyboards_map_is_whole(size, azerty):
    """It takes the room of the list of tests where there is no other."""
    board = keyboard.Board(rows=keyboard.layout(azerty=azerty))
    step = Working(
        text=said(CheckPhrase.KEYBOARD_HOW), fraction=0.0, picture=keyboard.picture(board)
    )
    one = state(view=View.CHECKS, waiting=3, news="x", typed="RB")
    one = replace(one, checks=(replace(one.checks[0], running=True, step=step), *one.checks[1:]))
    shown = text(one, size)
    for row in keyboard.picture(board):
        assert row in shown
    assert "clavier" in shown


def test_a_question_and_a_long_note_stand_in_full():
    """Below the list."""
    one = state(view=View.CHECKS)
    question = Question(text=said(CheckPhrase.SOUND_BY_HAND))
    asking = replace(one, checks=(replace(one.checks[0], running=True, step=question),))
    assert CheckPhrase.SOUND_BY_HAND.value[0] in words_of(text(asking))

    note = "sans réponse : " + " ".join("azertyuiopqsdfghjklm" * 5)
    noted = Check(name="keyboard", result=Result.FAIL, note=note)
    ended = replace(one, checks=(replace(one.checks[0], check=noted), *one.checks[1:]))
    assert note in words_of(text(ended))


@pytest.mark.parametrize("colour", Colour)
def test_a_colour_fills_the_screen_to_its_last_corner(colour):
    """No key bar and no head where dead pixels are looked for."""
    one = state(view=View.CHECKS)
    step = Painting(colour=colour)
    painted = replace(one, checks=(replace(one.checks[0], running=True, step=step),))
    lines = screen(painted, SIZES[1])
    assert len(lines) == 25
    assert {cell_len(line.plain) for line in lines} == {80}
    assert {str(line.style).split()[-1] for line in lines} == {colour}


def test_the_qr_code_fits_80_by_25_and_is_square():
    """With the white border that a phone needs, and the address above it."""
    one = state(1, view=View.LABEL, asset_tag="RB-000042", waiting=3)
    shown = text(one)
    assert "https://atelier.metropole.example:8443/d/RB-000042" in shown
    code = code_lines(one.page)
    assert code[3].plain.strip() in shown
    assert len({len(row) for row in code}) == 1
    assert abs(len(code[0]) - 2 * len(code)) <= 1


def test_the_drawn_code_is_the_code_of_the_address():
    """Read back module by module: two rows in each line, black on white."""
    address = "http://fake/d/RB-000042"
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    rows = []
    for line in code_lines(address):
        assert str(line.style) == "black on white"
        upper, lower = zip(*(halves[letter] for letter in line.plain), strict=True)
        rows += [upper, lower]
    wanted = [tuple(row) for row in segno.make(address, error="l", micro=False).matrix]
    drawn = [row[2 : 2 + len(wanted)] for row in rows[2 : 2 + len(wanted)]]
    assert drawn == wanted
    assert not any(rows[0] + rows[1] + rows[-1])


def test_without_a_tag_or_a_stick_the_page_says_why_there_is_none():
    """No code is better than a wrong one."""
    assert "▀" not in text(state(1, view=View.LABEL))
    assert "non enrôlée" in text(state(1, view=View.LABEL, server=None))


@pytest.mark.parametrize("phrase", ConsolePhrase)
def test_every_text_has_both_languages_with_the_same_details(phrase):
    """French first."""
    french, english = phrase.value
    assert french
    assert re.findall(r"\{\w+\}", french) == re.findall(r"\{\w+\}", english)


MACHINES = sorted(
    path.parent for path in (Path(__file__).parents[1] / "machines").glob("*/expected.json")
)


@pytest.mark.parametrize("folder", MACHINES, ids=lambda path: path.name)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_real_machines_fit_and_a_large_terminal_shows_the_rest(folder, language, size):
    facts = collect(RecordedMachine(folder)).facts
    drives = tuple(DriveLine(drive=one) for one in facts.drives)
    shown = text(replace(state(0, language), facts=facts, drives=drives), size)
    lines = shown.split("\n")

    assert len(lines) == size.height
    assert max(map(cell_len, lines)) <= size.width
    for block in facts_blocks(facts, language, size.width - 1):
        there = [f" {row}" in lines for row in block]
        assert all(there) or not any(there[1:]), "a subject is shown whole or not at all"
        if size.height >= 40 and len(drives) < 4:
            assert all(there), block


def test_a_locked_setup_and_an_anti_theft_agent_are_seen_at_once():
    firmware = Firmware(setup_password=True, anti_theft=("Absolute: Enabled",))
    locked = replace(state(1), facts=Facts(firmware=firmware, drives_hidden=False))

    assert "MOT DE PASSE DANS LE BIOS" in text(locked)
    assert "Absolute: Enabled" in text(locked)


@pytest.mark.parametrize(
    ("board", "name"),
    [
        (Board(maker="HP", model="HP EliteBook 840 G3"), "HP EliteBook 840 G3"),
        (
            Board(maker="Lenovo", model="20HMS0AB00", marketing_name="ThinkPad X270"),
            "Lenovo ThinkPad X270",
        ),
        (Board(maker="Dell", model="Latitude 7390"), "Dell Latitude 7390"),
        (Board(model="Latitude 7390"), "Latitude 7390"),
        (Board(), None),
    ],
)
def test_a_machine_bears_the_name_on_its_lid(board, name):
    assert machine_name(board) == name


def test_why_drives_are_hidden_is_said_in_french():
    """Every reason that the probe has is in the table of translations."""
    silent = PciDevice(slot="0", code="0104", name="Volume Management Device NVMe RAID Controller")
    raid = PciDevice(slot="0", code="0104", name="MegaRAID", driver="megaraid_sas")
    ahci = PciDevice(slot="0", code="0104", name="SATA", driver="ahci")
    other = PciDevice(slot="0", code="0107", name="SAS")
    reasons = {
        parse_hidden((), "ahci: Found 1 remapped NVMe devices.")[1],
        parse_hidden((), None)[1],
        *(parse_hidden((one,), None)[1] for one in (silent, raid, ahci, other)),
    }

    reasons.add("nvme0 holds 100 GB in namespaces that are not attached")

    assert len(reasons) == 7
    for reason in reasons:
        assert hidden_reason(reason, Language.FR) != reason, reason
        assert hidden_reason(reason, Language.EN) == reason
