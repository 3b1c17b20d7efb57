"""What is going on at the benches at this moment: tiles that look again every second."""

from datetime import timedelta
from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from rebond_schemas.erasure import Ending
from rebond_schemas.progress import DriveProgress
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.operations.bench import Bench, benches
from rebond_server.web.session import work
from rebond_server.web.words import VERDICTS, Mark

blueprint = Blueprint("bench", __name__)

QUIET = timedelta(seconds=20)
"""A bench that speaks every second or so and was not heard for so long may be in trouble."""

DOINGS: dict[str, Sentence] = {
    "write": Sentence(fr="écrit", en="writing"),
    "read_back": Sentence(fr="relit", en="reading back"),
    "canary_write": Sentence(fr="marque", en="marking"),
    "canary_read": Sentence(fr="cherche les marques", en="looking for the marks"),
    "command": Sentence(fr="s'efface lui-même", en="erasing itself"),
}
ENDINGS: dict[str, Mark] = {
    Ending.COMPLETED: Mark(Sentence(fr="fini, attend le verdict", en="done, awaits the verdict"), "plain", "…"),
    Ending.INTERRUPTED: Mark(Sentence(fr="interrompu", en="interrupted"), "bad", "✗"),
    Ending.FAILED: Mark(Sentence(fr="échec", en="failed"), "bad", "✗"),
    Ending.REFUSED: Mark(Sentence(fr="refusé", en="refused"), "warn", "!"),
}  # fmt: skip
_GOOD = frozenset({Verdict.CLEARED, Verdict.PURGED})


@blueprint.get("/banc")
def page() -> ResponseReturnValue:
    """Show a tile a bench; without script the page is as it was when it was asked for."""
    return render_template("bench.html", **_shown_now())


@blueprint.get("/banc/tuiles")
def tiles() -> ResponseReturnValue:
    """Give the tiles alone, for the page that looks again."""
    return render_template("bench_tiles.html", **_shown_now())


@blueprint.get("/banc/etat")
def state() -> Response:
    """Return every bench that was heard of late: `{"now": …, "benches": [{…, "told": {…}}]}`."""
    body = msgspec.json.encode(
        {"now": work().now, "benches": [_shown(one) for one in benches(work())]}
    )
    answer = Response(body, status=HTTPStatus.OK, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _shown(one: Bench) -> dict[str, object]:
    return {
        "tag": one.tag,
        "stick": one.stick,
        "at": one.at,
        "told": one.told,
        "verdicts": one.verdicts,
    }


def _shown_now() -> dict[str, object]:
    found = benches(work())
    return {
        "benches": found,
        "doings": DOINGS,
        "mark_of": mark_of,
        "tone_of": tone_of,
        "percent_of": percent_of,
        "silent_for": _silent_for,
        "waiting": sum(1 for one in found if one.told.needs),
        "working": sum(1 for one in found if any(each.ending is None for each in one.told.drives)),
    }


def mark_of(one: Bench, drive: DriveProgress) -> Mark | None:
    """Return how a drive's erasure ended: the server's verdict, until then the agent's word."""
    if drive.ending is None:
        return None
    verdict = one.verdicts.get(drive.serial or "")
    return ENDINGS.get(drive.ending) if verdict is None else VERDICTS[verdict]


def tone_of(one: Bench) -> str:
    """Return how the whole tile sounds: trouble before a person awaited before work before done."""
    marks = [mark_of(one, drive) for drive in one.told.drives]
    tones = [mark.tone for mark in marks if mark is not None]
    if "bad" in tones or any(drive.fault_count for drive in one.told.drives):
        return "bad"
    if one.told.needs or "warn" in tones or _silent_for(one) is not None:
        return "warn"
    return "good" if marks and tones.count("good") == len(marks) else "work"


def percent_of(drive: DriveProgress) -> int | None:
    """Return how much of the whole work on a drive is done, in whole percent, never 100 before its end."""
    if drive.ending is not None or not drive.steps or not drive.bytes_total:
        return None
    done = max(0, drive.step - 1) + min(1.0, drive.bytes_done / drive.bytes_total)
    return min(99, int(100 * done / drive.steps))


def _silent_for(one: Bench) -> int | None:
    """Return for how many seconds a bench that was heard often says nothing; None: it speaks."""
    silence = work().now - one.at
    return int(silence.total_seconds()) if silence > QUIET else None
