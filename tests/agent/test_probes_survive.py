"""No probe raises, and none invents: whatever tools print, the unknown stays unknown."""

import random
from collections.abc import Sequence
from time import monotonic

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rebond_agent.machine import OUTPUT_LIMIT, TIME_LIMIT, Completed, Library
from rebond_agent.probes import PROBES, Answer, Probe, collect
from rebond_agent.probes.smartctl import ESSENTIALS, WAKING_LIMIT
from rebond_schemas.facts import Facts
from rebond_schemas.statement import EVIDENCE_LIMIT

TEN_MEGABYTES = 10 * 1024 * 1024


class UniformMachine:
    """A machine whose every tool, file, folder and library gives the same answer, cut as agreed."""

    def __init__(
        self,
        content: bytes,
        outcome: str = "ok",
        names: Sequence[str] = (),
        answer: object = None,
    ) -> None:
        self.content = content[:OUTPUT_LIMIT]
        self.outcome, self.listed, self.answer = outcome, names, answer

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:
        waking = tuple(command[:-1]) == ESSENTIALS
        assert time_limit <= (WAKING_LIMIT if waking else TIME_LIMIT)
        return Completed(command=tuple(command), outcome=self.outcome, output=self.content)

    def read(self, path: str) -> bytes | None:
        assert path.startswith("/")
        return self.content if self.outcome == "ok" else None

    def names(self, folder: str) -> tuple[str, ...]:
        assert folder.startswith("/")
        return tuple(self.listed)

    def ask(self, library: Library) -> object | None:
        assert library in Library
        return self.answer


NAMES = ("sda", "nvme0n1", "mmcblk0", "sr0", "BAT0", "card0-eDP-1", "eth0", "device")

# Lines that look like the real thing and then go wrong.
_ALMOST = st.sampled_from(
    [
        "Handle 0x0001, DMI type 17, 40 bytes\nMemory Device\n\tSize: 99999999999999999999 GB",
        "Handle 0x0001, DMI type 999, 1 bytes\n\tSize",
        "\tRelease Date: 99/99/9999",
        "CPU(s): 999999999999\nModel name: \x1b[31m\u202eevil",
        '{"blockdevices": [{"name": "sda", "size": -1, "children": [[], null, {"name": 3}]}]}',
        '{"blockdevices": [{"name": "sda", "type": "disk", "size": 1e400, "rm": "x"}]}',
        '{"smartctl": {"exit_status": 9999}, "power_on_time": {"hours": 18446744073709551616}}',
        '{"device": 3, "ata_smart_attributes": {"table": [1, {"id": 300}, {"id": 5, "raw": []}]}}',
        '{"smartctl":{"version":[7]},"wwn":{"naa":-5,"oui":1,"id":"x"},"temperature":{"current":"hot"}}',
        '{"ata_smart_self_test_log": {"standard": {"table": {"status": true}}}}',
        "Slot:\t00:02.0\nClass:\t[zzzz]\nVendor:\t[",
        "MAJOR=8\nDRIVER=\n=x\nPCI_SLOT_NAME=../../etc",
        "0xZZ 0x01",
        "-1",
        "0x",
        "00:11:22:33:44:5",
        "MemTotal: many kB",
        "[" * 5000,
        '{"a":' * 5000,
    ]
)
_GARBAGE = st.one_of(
    st.binary(max_size=600),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(_ALMOST, max_size=6).map(lambda lines: "\n".join(lines).encode()),
    st.binary(max_size=160).map(lambda rest: bytes.fromhex("00ffffffffffff00") + rest),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["subsystem", "name", "properties", "flags", "brand_raw", "family", "count"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=_GARBAGE, answer=_JSON, listed=st.sets(st.sampled_from(NAMES)))
def test_garbage_gives_no_exception_and_facts_that_fit(content, answer, listed):
    collected = collect(UniformMachine(content, names=sorted(listed), answer=answer))

    assert collected.failures == ()
    _check_round_trip(collected.facts)


@settings(max_examples=60, deadline=None)
@given(content=_GARBAGE, answer=_JSON, probe=st.sampled_from(PROBES))
def test_each_probe_alone_survives_garbage(content, answer, probe):
    answered = probe.ask(UniformMachine(content, names=NAMES, answer=answer))

    assert isinstance(answered, Answer)
    _check_round_trip(answered.facts)


@pytest.mark.parametrize("outcome", ["missing", "timeout", "failed"])
def test_no_tool_answers_and_nothing_is_known(outcome):
    collected = collect(UniformMachine(b"", outcome=outcome))

    assert collected.failures == ()
    facts = msgspec.structs.replace(collected.facts, equipment=(), drives_hidden_reason=None)
    assert facts == Facts(), "something was made up"
    assert all(one.present is None for one in collected.facts.equipment)
    told = {path: source.status for path, source in collected.sources.items()}
    # That lspci did not answer is itself known; nothing else is.
    assert {path for path, status in told.items() if status != "unknown"} <= {
        "drives_hidden_reason"
    }


def test_empty_answers_are_unknown_too():
    facts = collect(UniformMachine(b"")).facts

    assert facts.board == Facts().board
    assert facts.memory == Facts().memory
    assert facts.processor == Facts().processor
    assert facts.drives_hidden is None


@pytest.mark.parametrize("kind", ["noise", "newlines", "brackets", "letters", "tabs", "not utf-8"])
def test_ten_megabytes_pass_in_time(kind):
    content = {
        "noise": random.Random(7).randbytes(TEN_MEGABYTES),  # noqa: S311 - noise, not a secret
        "newlines": b"\n" * TEN_MEGABYTES,
        "brackets": b"[" * TEN_MEGABYTES,
        "letters": b"a" * TEN_MEGABYTES,
        "tabs": b"Handle 0x0001, DMI type 17, 1 bytes\n"
        + b"\tSize: 1 GB\n" * (TEN_MEGABYTES // 12),
        "not utf-8": b"\xff\xfe\x00" * (TEN_MEGABYTES // 3),
    }[kind]
    started = monotonic()

    collected = collect(UniformMachine(content, names=NAMES))

    assert monotonic() - started < 20, "two slow cores, and ten megabytes forty times over"
    assert collected.failures == ()
    _check_round_trip(collected.facts)
    assert all(len(piece.content) <= EVIDENCE_LIMIT for piece in collected.evidence)


def test_a_probe_that_raises_becomes_a_line_in_the_failures():
    def broken(_: object) -> Answer:
        raise RuntimeError("the drive fell off the bench")

    collected = collect(UniformMachine(b""), (*PROBES, Probe(name="broken", ask=broken)))

    assert [one.probe for one in collected.failures] == ["broken"]
    assert "fell off the bench" in collected.failures[0].reason
    assert collected.facts.equipment, "the others answered all the same"


def test_a_value_outside_the_format_fails_its_probe_only():
    def boundless(_: object) -> Answer:
        return Answer(facts=Facts(drives_hidden_reason="x" * 300))

    collected = collect(UniformMachine(b""), (Probe(name="boundless", ask=boundless),))

    assert [one.probe for one in collected.failures] == ["boundless"]
    assert collected.facts == Facts()


def _check_round_trip(facts: Facts) -> None:
    assert msgspec.json.decode(msgspec.json.encode(facts), type=Facts) == facts
