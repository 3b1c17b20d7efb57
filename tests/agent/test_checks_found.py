"""Each functional test, walked with a scripted machine: pass, fail, skipped, absent, and why."""

import math
import time
from array import array

import pytest

from rebond_agent.checks import battery, keyboard, load, memory, pointing, processor, sound
from rebond_agent.checks.fake import ScriptedMachine, typing
from rebond_agent.checks.input import BUS_USB, BUTTON_LEFT, KEY_A, Seen, chosen
from rebond_agent.checks.step import Answer, Painting, Question, walked
from rebond_agent.checks.table import CHECKS, named
from rebond_agent.checks.tools import Press, Tools, no_inputs
from rebond_agent.errors import CheckUnknown
from rebond_agent.language import Language
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.language.words import CHECKS as WORDS
from rebond_agent.machine import Completed
from rebond_schemas.facts import Board, ChassisKind, Equipment, Facts, NetworkInterface
from rebond_schemas.inspection import Result

SUPPLY = "/sys/class/power_supply"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def tools(machine=None, facts=None, inputs=no_inputs, **more):
    time = Time()
    return Tools(
        machine=machine or ScriptedMachine(),
        facts=facts or Facts(),
        inputs=inputs,
        clock=time.clock,
        sleep=time.sleep,
        **more,
    )


def ran(output=b"", outcome="ok", status=0, errors=b""):
    return Completed(
        command=("tool",), outcome=outcome, exit_status=status, output=output, errors=errors
    )


def result(name, given, answer=Answer.SKIP):
    """Walk a test; questions get this answer, colours a yes."""

    def reply(step):
        if isinstance(step, Painting):
            return Answer.YES
        return answer if isinstance(step, Question) else None

    return walked(CHECKS[name](given), reply)


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"screen"}))
def test_a_machine_that_tells_nothing_gives_skipped_and_the_reason(name):
    """Unknown is neither pass nor fail nor absent."""
    finding = result(name, tools())

    assert finding.result is Result.SKIPPED
    assert finding.why is not None
    assert finding.why.told(Language.FR)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("keyboard", Facts(board=Board(chassis=ChassisKind.DESKTOP))),
        ("touchpad", Facts(board=Board(chassis=ChassisKind.MINI))),
        ("screen", Facts(board=Board(chassis=ChassisKind.DESKTOP))),
        ("sound", Facts(equipment=(Equipment(kind="sound", present=False),))),
        ("camera", Facts(equipment=(Equipment(kind="webcam", present=False),))),
        ("bluetooth", Facts(equipment=(Equipment(kind="bluetooth", present=False),))),
        ("processor", Facts(board=Board(hypervisor="kvm"))),
    ],
)
def test_what_is_known_not_to_be_there_is_absent(name, facts):
    """Absent needs a fact; a virtual machine has no processor of its own to measure."""
    assert result(name, tools(facts=facts)).result is Result.ABSENT


@pytest.mark.parametrize("azerty", [True, False])
def test_every_key_of_the_map_passes_and_one_missing_fails(azerty):
    """Key codes name places: the same code bears A in one layout and Q in the other."""
    board = keyboard.Board(rows=keyboard.layout(azerty=azerty))
    every = [Press(code=code) for code in sorted(board.wanted)]
    escapes = [Press(code=keyboard.ESCAPE)] * keyboard.ENDING
    without_a = [press for press in every if press.code != KEY_A]

    assert result("keyboard", tools(inputs=typing(*every), azerty=azerty)).result is Result.PASS
    broken = result("keyboard", tools(inputs=typing(*without_a, *escapes), azerty=azerty))

    assert broken.result is Result.FAIL
    assert dict(broken.why.details)["keys"] == ("Q" if azerty else "A")


def test_the_map_fits_the_screen_and_ticks():
    """A key that answered is a dot, and no line is wider than a console of 80 columns."""
    for azerty in (True, False):
        board = keyboard.Board(rows=keyboard.layout(azerty=azerty))
        assert max(len(line) for line in keyboard.picture(board)) <= 78
        assert "·" in keyboard.picture(keyboard.pressed(board, KEY_A))[3]


def test_two_escapes_and_another_key_do_not_end_the_keyboard_test():
    """Escape is a key to be tested, too."""
    board = keyboard.Board(rows=keyboard.layout(azerty=True))
    for code in (keyboard.ESCAPE, keyboard.ESCAPE, KEY_A, keyboard.ESCAPE):
        board = keyboard.pressed(board, code)
    assert not board.ended


def test_a_barcode_gun_ticks_no_key_of_a_laptop():
    """Only the laptop's own keyboard counts; what hangs on USB is the technician's."""
    own = Seen(path="own", bus=0x11, keys=frozenset({KEY_A}), moves=False)
    gun = Seen(path="gun", bus=BUS_USB, keys=frozenset({KEY_A}), moves=False)
    mouse = Seen(path="mouse", bus=BUS_USB, keys=frozenset({BUTTON_LEFT}), moves=True)
    laptop = Facts(board=Board(chassis=ChassisKind.LAPTOP))

    assert chosen([own, gun, mouse], laptop, keys=True) == (own,)
    assert chosen([gun, mouse], laptop, keys=True) == (gun,)
    assert chosen([own, gun, mouse], Facts(), keys=True) == (own, gun)
    assert chosen([own, gun, mouse], laptop, keys=False) == (mouse,)


def test_pointing_needs_four_ways_and_two_buttons():
    """A tremble is no movement."""
    moves = [Press(dx=-120), Press(dx=120), Press(dy=-120), Press(dy=60), Press(dy=60)]
    clicks = [Press(code=pointing.BUTTON_LEFT), Press(code=pointing.BUTTON_RIGHT)]
    escapes = [Press(code=keyboard.ESCAPE)] * keyboard.ENDING

    assert result("touchpad", tools(inputs=typing(*moves, *clicks))).result is Result.PASS
    assert result("touchpad", tools(inputs=typing(*moves, *escapes))).result is Result.FAIL


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(Answer.YES, Result.PASS), (Answer.NO, Result.FAIL), (Answer.SKIP, Result.SKIPPED)],
)
def test_a_person_judges_screen_and_sound(answer, expected):
    """No answer is no pass."""
    cards = ScriptedMachine(
        files={"/proc/asound/cards": [b" 0 [PCH ]: HDA-Intel"]}, programs={"speaker-test": [ran()]}
    )
    assert result("screen", tools(), answer).result is expected
    assert result("sound", tools(cards), answer).result is expected


def tone(hertz, loudness=3000):
    turn = 2 * math.pi * hertz / sound.RATE_HZ
    return array(
        "h", (int(loudness * math.sin(turn * n)) + n * 7919 % 97 for n in range(24000))
    ).tobytes()


def test_the_microphone_hears_the_tone_and_no_other():
    """Silence fails; another sound is left to a person."""
    assert sound.finding(ran(tone(sound.TONE_HZ))).result is Result.PASS
    assert sound.finding(ran(tone(400, 100))) is None
    assert sound.finding(ran(bytes(48000))).result is Result.FAIL
    assert sound.finding(ran(b"", "failed", 1, b"arecord: no device\n")).result is Result.SKIPPED


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (ran(bytes(range(256)) * 40), Result.PASS),
        (ran(bytes(10000)), Result.SKIPPED),
        (ran(b""), Result.FAIL),
        (ran(b"", "timeout", None), Result.SKIPPED),
        (ran(b"", "missing", None), Result.SKIPPED),
    ],
)
def test_one_frame_of_the_camera(frame, expected):
    """A closed shutter proves nothing."""
    machine = ScriptedMachine(
        programs={"v4l2-ctl": [frame]}, folders={"/dev": [["null", "video0"]]}
    )
    assert result("camera", tools(machine)).result is expected


@pytest.mark.parametrize(
    ("answer", "after", "expected"),
    [
        (Answer.YES, ["1-1", "1-4", "1-4:1.0", "usb1"], Result.PASS),
        (Answer.NO, ["1-1", "1-4"], Result.FAIL),
        (Answer.YES, ["1-1"], Result.SKIPPED),
        (Answer.SKIP, ["1-1", "1-4"], Result.SKIPPED),
    ],
)
def test_ports_are_counted_as_they_answer(answer, after, expected):
    """What was plugged in from the start has not been tested, and a yes without proof is none."""
    folder = "/sys/bus/usb/devices"
    machine = ScriptedMachine(folders={folder: [["1-1", "usb1"], ["1-1", "usb1"], after]})
    looks = iter([None, None, None])

    finding = walked(CHECKS["ports"](tools(machine)), lambda _: next(looks, answer))

    assert finding.result is expected


@pytest.mark.parametrize(
    ("scan", "expected"),
    [
        (ran(b"BSS 00:11:22:33:44:55(on wlp1s0)\nBSS 00:11:22:33:44:56(on w)"), Result.PASS),
        (ran(b""), Result.FAIL),
        (ran(b"", "failed", 240, b"command failed: Network is down (-100)"), Result.SKIPPED),
        (ran(b"", "missing", None), Result.SKIPPED),
    ],
)
def test_wifi_is_what_it_hears(scan, expected):
    """A scan that could not be made says nothing about the antenna."""
    facts = Facts(network=(NetworkInterface(name="wlp1s0", kind="wifi"),))
    assert (
        result("network", tools(ScriptedMachine(programs={"iw": [scan]}), facts)).result is expected
    )


def pack(*levels, status=b"Discharging"):
    folder = f"{SUPPLY}/BAT0"
    return ScriptedMachine(
        folders={SUPPLY: [["AC", "BAT0"]]},
        files={
            f"{folder}/type": [b"Battery\n"],
            f"{folder}/status": [status],
            f"{folder}/energy_full": [b"40000000"],
            f"{folder}/energy_now": [str(level).encode() for level in levels],
        },
    )


def falling(step):
    """Give a level for each second of ten minutes."""
    return [30_000_000 - second * step for second in range(601)]


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (pack(*falling(3_000)), Result.PASS),
        (pack(*falling(30_000)), Result.FAIL),
        (pack(30_000_000), Result.SKIPPED),
        (pack(30_000_000, status=b"Charging"), Result.SKIPPED),
        (ScriptedMachine(folders={SUPPLY: [["AC"]]}), Result.ABSENT),
    ],
)
def test_the_battery_is_judged_by_what_it_loses(machine, expected):
    """3 mWh a second empty 40 Wh in 3.7 hours, ten times as much in 22 minutes."""
    assert result("battery", tools(machine)).result is expected


def test_two_packs_are_measured_together_and_units_never_mixed():
    """ThinkPads have two batteries."""
    files = {}
    for name, unit in (("BAT0", "energy"), ("BAT1", "charge")):
        files[f"{SUPPLY}/{name}/{unit}_now"] = [b"10"]
        files[f"{SUPPLY}/{name}/{unit}_full"] = [b"20"]
    folders = [f"{SUPPLY}/BAT0", f"{SUPPLY}/BAT1"]
    assert battery.sample(ScriptedMachine(files=files), folders, 0.0) is None

    files[f"{SUPPLY}/BAT1/energy_now"] = [b"5"]
    files[f"{SUPPLY}/BAT1/energy_full"] = [b"20"]
    both = battery.sample(ScriptedMachine(files=files), folders, 0.0)
    assert (both.now, both.full) == (15, 40)


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (ran(), Result.PASS),
        (ran(b"", "failed", 4), Result.FAIL),
        (ran(b"", "failed", 1, b"failed to mlock"), Result.SKIPPED),
        (ran(b"", "failed", -9), Result.SKIPPED),
        (ran(b"", "timeout", None), Result.SKIPPED),
    ],
)
def test_memory_errors_are_told_from_trouble_with_the_tool(done, expected):
    """Memtester's exit status is a sum of bits; killed is none of them."""
    meminfo = {"/proc/meminfo": [b"MemTotal: 8000000 kB\nMemAvailable:  6000000 kB\n"]}
    machine = ScriptedMachine(programs={"memtester": [done]}, files=meminfo)

    assert result("memory", tools(machine)).result is expected
    assert machine.commands == [("memtester", f"{memory.MOST_MIB}M", "1")]


def bench(rating):
    return ran(f"Avr:  100 1 2\nTot:             390   3200   {rating}\n".encode())


@pytest.mark.parametrize(
    ("runs", "counts", "expected"),
    [
        ([bench(9000), bench(9400), bench(9100)], [b"3"], Result.PASS),
        ([bench(9000), bench(4000), bench(9100)], [b"3", b"90"], Result.FAIL),
        ([bench(9000), bench(4000), bench(9100)], [b"3"], Result.PASS),
        ([ran(b"ERROR: Decoding Error", "failed", 2)], [b"3"], Result.FAIL),
        ([ran(b"", "timeout", None)], [b"3"], Result.SKIPPED),
    ],
)
def test_the_processor_fails_by_errors_or_by_heat_never_by_rank(runs, counts, expected):
    """Slow beside running erasures is no defect: heat has to be told by the cores themselves."""
    cpus = "/sys/devices/system/cpu"
    path = f"{cpus}/cpu0/thermal_throttle/core_throttle_count"
    machine = ScriptedMachine(
        programs={"7z": runs}, folders={cpus: [["cpu0", "cpufreq"]]}, files={path: counts}
    )
    assert result("processor", tools(machine)).result is expected


def test_best_of_three():
    """The figure in the note is the best one."""
    finding = processor.finding([bench(1), bench(3), bench(2)], grew=None)
    assert dict(finding.why.details)["rating"] == 3


def test_a_test_that_breaks_is_skipped():
    """Garbage proves nothing about the machine."""

    def broken():
        yield from ()
        raise ValueError("garbage")

    assert walked(broken(), lambda _: None).result is Result.SKIPPED


def test_names_are_known_and_have_words():
    """All without names; an unknown name is a sentence."""
    assert named([]) == tuple(CHECKS)
    assert set(CHECKS) < set(WORDS)
    with pytest.raises(CheckUnknown, match="keyboard"):
        named(["keybord"])


@pytest.mark.parametrize("phrase", CheckPhrase)
def test_every_text_has_the_same_details_in_both_languages(phrase):
    """French first, and neither says what may not be said."""
    french, english = phrase.value
    assert french.count("{") == english.count("{")
    assert "100 %" not in french


def test_the_battery_is_measured_with_all_cores_busy_and_no_longer():
    machine = pack(*falling(3_000))

    result("battery", tools(machine))

    assert load.COMMAND in machine.commands
    charging = pack(30_000_000, status=b"Charging")
    result("battery", tools(charging))
    assert charging.commands == [], "nobody warms a machine that is on the charger"


def test_the_load_ends_when_nobody_wants_it():
    class Busy(ScriptedMachine):
        def run(self, command, *, time_limit=5.0):
            assert time_limit <= load.SLICE_SECONDS
            return super().run(command, time_limit=time_limit)

    machine = Busy(programs={"7z": [ran()]})
    with load.loaded(machine):
        while not machine.commands:
            time.sleep(0.01)
    time.sleep(0.3)
    before = len(machine.commands)
    time.sleep(0.3)

    assert len(machine.commands) == before


@pytest.mark.parametrize(
    ("asked", "told", "azerty"),
    [
        (None, None, True),
        (None, "azerty_be", True),
        (None, "qwertz_de", False),
        (True, "qwerty_us", True),
        (False, "azerty_fr", False),
    ],
)
def test_the_map_is_that_of_the_machine(asked, told, azerty):
    given = tools(facts=Facts(keyboard_layout=told), azerty=asked)

    assert keyboard.is_azerty(given) is azerty
