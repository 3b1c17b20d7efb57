"""The verbs that look after what is kept: verify, checkpoint."""

import argparse
from pathlib import Path

from rebond_server.config import Config
from rebond_server.operations.checkpoint import make_checkpoint
from rebond_server.operations.verify import faults
from rebond_server.operations.work import NOBODY
from rebond_server.verb import Open, Verb, say, utc_now


def _verify(config: Config, asked: argparse.Namespace) -> int:
    checkpoints = [path.read_text(errors="replace") for path in asked.checkpoint]
    found = 0
    with Open(config) as workshop, workshop.work(NOBODY, utc_now(), reading=True) as work:
        for fault in faults(work, checkpoints):
            found += 1
            say(fault.into(asked.language))
    return 1 if found else 0


def _checkpoint(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop, workshop.work(NOBODY, utc_now(), reading=True) as work:
        text = make_checkpoint(work)
    if asked.file is None:
        say(text.rstrip("\n"))
    else:
        asked.file.write_text(text)
    return 0


VERBS: dict[str, Verb] = {
    "verify": Verb(
        "contrôle l'historique, les preuves, les signatures et les verdicts"
        " / check history, evidence, signatures and verdicts",
        _verify,
        (("--checkpoint", {"type": Path, "action": "append", "default": [], "metavar": "FILE"}),),
    ),
    "checkpoint": Verb(
        "signe l'état de l'historique, à garder hors de l'atelier"
        " / sign the state of history, to be kept elsewhere",
        _checkpoint,
        (("file", {"type": Path, "nargs": "?"}),),
    ),
}
