"""Speakers and microphone: a tone that a person hears, and that the machine hears itself play."""

import cmath
import math
import threading
from array import array

from rebond_agent.checks.step import (
    STOPPED,
    Answer,
    Finding,
    Question,
    Running,
    found,
    judged,
    said,
)
from rebond_agent.checks.tools import (
    Tools,
    absent_or_unknown,
    has_equipment,
    missing,
    unsuccessful,
    while_running,
)
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Completed
from rebond_schemas.inspection import Result

CARDS = "/proc/asound/cards"
TONE_HZ = 1037
"""Between the harmonics of the mains (50 Hz), so that its hum is not taken for the tone."""
RATE_HZ = 16000
PLAYING = ("speaker-test", "-t", "sine", "-f", str(TONE_HZ), "-c", "2", "-l", "2")
LISTENING = ("arecord", "-q", "-d", "3", "-f", "S16_LE", "-r", str(RATE_HZ), "-c", "1", "-t", "raw", "-")  # fmt: skip
CLEAR = 5.0
"""Times the neighbouring frequencies from which a tone is recognised."""
_LIMIT = 20.0


def check_speakers(tools: Tools) -> Running:
    """Play a tone left and right and ask whether it was heard."""
    if not _has_card(tools):
        return absent_or_unknown(_present(tools))
    playing = said(CheckPhrase.SOUND_PLAYING)
    done = yield from while_running(tools, PLAYING, time_limit=_LIMIT, text=playing)
    if done is None:
        return STOPPED
    if done.outcome == "failed":
        return unsuccessful(done)
    question = CheckPhrase.SOUND_BY_HAND if done.outcome == "missing" else CheckPhrase.SOUND_HEARD
    answer = yield Question(text=said(question))
    if done.outcome == "missing" and answer not in {Answer.YES, Answer.NO}:
        return missing(PLAYING[0])
    return judged(answer, good=None, bad=said(CheckPhrase.SOUND_NOT_HEARD))


def check_microphone(tools: Tools) -> Running:
    """Record while the tone plays, and look for it; a person decides where it is not clear."""
    if not _has_card(tools):
        return absent_or_unknown(_present(tools))
    threading.Thread(
        target=lambda: tools.machine.run(PLAYING, time_limit=_LIMIT), daemon=True
    ).start()
    listening = said(CheckPhrase.MICROPHONE_LISTENING)
    heard = yield from while_running(tools, LISTENING, time_limit=_LIMIT, text=listening)
    if heard is None:
        return STOPPED
    judgement = finding(heard)
    if judgement is not None:
        return judgement
    answer = yield Question(text=said(CheckPhrase.MICROPHONE_UNSURE))
    return judged(answer, good=None, bad=said(CheckPhrase.MICROPHONE_DEAF))


def finding(heard: Completed) -> Finding | None:
    """Judge a recording; None: there is sound, but the tone is not in it."""
    if heard.outcome != "ok":
        return unsuccessful(heard)
    samples = array("h", heard.output[: len(heard.output) // 2 * 2])
    if len(samples) < RATE_HZ:
        return unsuccessful(heard)
    if max(samples) == min(samples):
        return found(Result.FAIL, CheckPhrase.MICROPHONE_SILENT)
    ratio = loudness(samples)
    if ratio < CLEAR:
        return None
    return found(Result.PASS, CheckPhrase.MICROPHONE_HEARD, ratio=int(ratio))


def loudness(samples: "array[int]") -> float:
    """Return how far the tone stands out of frequencies beside it, in the loudest half second."""
    half = RATE_HZ // 2
    pieces = [samples[start : start + half] for start in range(0, len(samples) - half + 1, half)]
    return max(
        _strength(piece, TONE_HZ)
        / (sum(_strength(piece, TONE_HZ + away) for away in (-211, -97, 97, 211)) / 4 + 1e-9)
        for piece in pieces
    )


def _strength(samples: "array[int]", hertz: int) -> float:
    """One bin of a Fourier transform (Goertzel would do the same with less to read)."""
    turn = -2j * math.pi * hertz / RATE_HZ
    return abs(sum(value * cmath.exp(turn * index) for index, value in enumerate(samples)))


def _has_card(tools: Tools) -> bool:
    cards = tools.machine.read(CARDS)
    return cards is not None and b"[" in cards


def _present(tools: Tools) -> bool | None:
    """No card in a list that the kernel gave is an answer; no list is none."""
    known = has_equipment(tools.facts, "sound")
    return False if known is None and tools.machine.read(CARDS) is not None else known
