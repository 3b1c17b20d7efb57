"""The verbs about rules: check a file, try it on the stock, adopt it, grade again."""

import argparse
import sys
from datetime import date
from pathlib import Path

from rebond_server.config import Config
from rebond_server.domain.rule_file import read_rule_file
from rebond_server.domain.rule_text import decode_rules
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.create_account import account_by_login
from rebond_server.operations.regrade import regrade_all, remaining
from rebond_server.operations.rules_in_force import adopt_rules, read_proposed
from rebond_server.operations.simulate_rules import simulate
from rebond_server.operations.work import NOBODY, Actor, person
from rebond_server.operations.workshop import Workshop
from rebond_server.verb import Open, Verb, say, utc_now

_RIGHT = Sentence(fr="{file} : ces règles se tiennent.", en="{file}: these rules hold together.")
_EFFECT = Sentence(
    fr="{changed} appareils sur {devices} changeraient de catégorie.",
    en="{changed} of {devices} devices would change their grade.",
)
_STEP = Sentence(
    fr="{done} sur {all} reclassés, {changed} changés",
    en="{done} of {all} graded again, {changed} changed",
)
_STOPPED = Sentence(
    fr="Arrêté. Ce qui est fait est gardé ; la même commande reprend la suite.",
    en="Stopped. What is done is kept; the same command takes up the rest.",
)


def _check(config: Config, asked: argparse.Namespace) -> int:
    del config
    read_rule_file(_text(asked.file))
    say(_RIGHT.into(asked.language).format(file=asked.file))
    return 0


def _try(config: Config, asked: argparse.Namespace) -> int:
    rules = read_proposed(_text(asked.file))
    with Open(config) as workshop:
        actor = _actor(workshop, asked.person)
        with workshop.work(actor, utc_now(), reading=True) as work:
            found = simulate(work, rules)
    say(_EFFECT.into(asked.language).format(changed=found.changed, devices=found.devices))
    for (old, new), count in sorted(found.pairs.items()):
        if old != new:
            say(f"{count:>7}  {old} → {new}")
    for change in found.changes:
        reason = "" if change.reason is None else change.reason.into(asked.language)
        say(f"{change.tag}  {change.old} → {change.new}  {reason}")
    return 0


def _adopt(config: Config, asked: argparse.Namespace) -> int:
    text = _text(asked.file)
    with Open(config) as workshop, workshop.work(_actor(workshop, asked.person), utc_now()) as work:
        row = adopt_rules(work, text, asked.since or work.now.date(), asked.reason)
        say(f"{row.since.isoformat()}: {row.name} {row.version} {row.sha256[:12]}")
    return 0


def _regrade(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop:
        actor = _actor(workshop, asked.person)
        with workshop.work(actor, utc_now(), reading=True) as work:
            whole = remaining(work)
        try:
            _all(workshop, actor, whole, asked)
        except KeyboardInterrupt:
            print(_STOPPED.into(asked.language), file=sys.stderr)  # noqa: T201 - beside the result
            return 130
    return 0


def _all(workshop: Workshop, actor: Actor, whole: int, asked: argparse.Namespace) -> None:
    """Grade batch after batch, each a transaction of its own, and say how far it is."""
    done = changed = 0
    for step in regrade_all(workshop, actor, utc_now):
        done, changed = done + step.graded, changed + step.changed
        told = _STEP.into(asked.language).format(done=done, all=whole, changed=changed)
        say(told)
        sys.stdout.flush()


def _text(file: Path) -> str:
    try:
        return decode_rules(file.read_bytes())
    except OSError as error:
        raise BadValue(Sentence(fr=f"{file} : {error}", en=f"{file}: {error}")) from None


def _actor(workshop: Workshop, login: str) -> Actor:
    with workshop.work(NOBODY, utc_now(), reading=True) as work:
        return person(account_by_login(work, login))


_AS = ("--as", {"dest": "person", "metavar": "LOGIN", "required": True})
_FILE = ("file", {"type": Path, "metavar": "FILE.toml"})
VERBS: dict[str, Verb] = {
    "check-rules": Verb(
        "relit un fichier de règles et dit la ligne fautive / check a rule file, naming the line",
        _check,
        (_FILE,),
    ),
    "try-rules": Verb(
        "dit ce que des règles changeraient au stock, sans rien écrire / say what rules would change",
        _try,
        (_FILE, _AS),
    ),
    "adopt-rules": Verb(
        "met des règles en vigueur à une date / put rules in force from a day on",
        _adopt,
        (
            _FILE,
            _AS,
            ("--since", {"type": date.fromisoformat, "metavar": "YYYY-MM-DD"}),
            ("--reason", {"required": True}),
        ),
    ),
    "regrade": Verb(
        "reclasse le stock par les règles en vigueur ; s'arrête et reprend / grade the stock again",
        _regrade,
        (_AS,),
    ),
}
