"""The server's command line: set up, people, sticks, grades, plan, table, serve."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rebond_server import matching, plugged, ruling, stick_verbs, upkeep
from rebond_server.config import Config, read_config
from rebond_server.domain.errors import Refused
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Language, Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.confirm_assignment import confirm_plan
from rebond_server.operations.confirm_grades import confirm_grades
from rebond_server.operations.create_account import account_by_login, create_account
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.load_demonstration import load_demonstration
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.plan_file import plan_file, write_plan
from rebond_server.operations.put_in_lot import put_in_lot, unload_lot
from rebond_server.operations.set_up import set_up
from rebond_server.operations.work import NOBODY, Actor, command_line, person
from rebond_server.operations.workshop import Workshop
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.queries.plan_page import newest_plan
from rebond_server.store.queries.table import TableLine, table
from rebond_server.verb import Open, Verb, say, utc_now
from rebond_server.web.words import GRADES, KINDS, VERDICTS

HEADINGS = Sentence(
    fr="appareil|machine|effacement|catégorie|première raison|dispositif",
    en="device|machine|erasure|grade|first reason|programme",
)
WIDEST = 60
"""Characters of one column of the table."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    asked = _parser().parse_args(words)
    try:
        return VERBS[asked.verb].act(read_config(), asked)
    except Refused as refusal:
        print(refusal.sentence.into(asked.language), file=sys.stderr)  # noqa: T201 - the command line speaks here
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rebond", description=__doc__)
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        sub = verbs.add_parser(name, help=verb.help, description=verb.help)
        for word, settings in verb.words:
            sub.add_argument(word, **settings)  # type: ignore[arg-type]  # argparse's keywords differ by action
    return parser


def _init(config: Config, asked: argparse.Namespace) -> int:
    set_up(config, asked.site, utc_now())
    config.secret_key()
    config.server_key()
    return 0


def _create_account(config: Config, asked: argparse.Namespace) -> int:
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with Open(config) as workshop, workshop.work(command_line(Role.ADMIN), utc_now()) as work:
        create_account(work, asked.login, asked.name or asked.login, Role(asked.role), password)
    return 0


def _demonstration(config: Config, asked: argparse.Namespace) -> int:
    del asked
    with Open(config) as workshop, workshop.work(command_line(Role.OFFICER), utc_now()) as work:
        load_demonstration(work)
    return 0


def _enrol_code(config: Config, asked: argparse.Namespace) -> int:
    del asked
    with Open(config) as workshop, workshop.work(command_line(Role.LEAD), utc_now()) as work:
        say(issue_enrolment_code(work))
    return 0


def _lot(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop, workshop.work(command_line(Role.LEAD), utc_now()) as work:
        if not asked.tags:
            unload_lot(work, asked.code)
        found = [device_by_tag(work.session, work.site_id, tag) for tag in asked.tags]
        put_in_lot(work, [one for one in found if one is not None], asked.code)
        missing = [tag for tag, one in zip(asked.tags, found, strict=True) if one is None]
    for tag in missing:
        say(f"{tag}: ?")
    return 1 if missing else 0


def _confirm_grades(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop:
        actor = _person(workshop, asked.person)
        with workshop.work(actor, utc_now()) as work:
            results = confirm_grades(work)
    for result in results:
        if result.refusal is not None:
            say(f"{result.tag}: {result.refusal.into(asked.language)}")
    return 0


def _plan(config: Config, asked: argparse.Namespace) -> int:
    if asked.input is not None:
        return _plan_of_file(asked)
    if asked.output is not None or asked.greedy or asked.at is not None:
        raise BadValue(
            Sentence(
                fr="--output, --greedy et --at vont avec un fichier : rebond plan ENTREE.json.",
                en="--output, --greedy and --at go with a file: rebond plan INPUT.json.",
            )
        )
    with Open(config) as workshop:
        actor = _person(workshop, asked.person) if asked.person else command_line(Role.OFFICER)
        with workshop.work(actor, utc_now()) as work:
            plan = make_plan(work)
            say(f"{plan.id} {plan.input_sha256} {len(plan.output['assignments'])}")
    return 0


def _plan_of_file(asked: argparse.Namespace) -> int:
    """Plan from a document; neither database nor workshop is opened."""
    document = plan_file(asked.input, asked.at or utc_now(), use_solver=not asked.greedy)
    if asked.output is not None:
        write_plan(asked.output, document)
    else:
        say(document.decode().rstrip())
    return 0


def _confirm_plan(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop:
        actor = _person(workshop, asked.person)
        with workshop.work(actor, utc_now()) as work:
            plan_id = newest_plan(work.session, work.site_id)
            results = () if plan_id is None else confirm_plan(work, plan_id)
    for result in results:
        refusal = result.refusal
        say(f"{result.tag}: {'✓' if refusal is None else refusal.into(asked.language)}")
    return 0


def _table(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop, workshop.work(NOBODY, utc_now(), reading=True) as work:
        lines = table(work.session, work.site_id)
    rows = [HEADINGS.into(asked.language).split("|")]
    rows += [_cells(line, asked.language) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _serve(config: Config, asked: argparse.Namespace) -> int:
    from rebond_server.serving import serve  # noqa: PLC0415 - screens and PDF take seconds to load; only this verb needs them

    serve(config, asked.host, asked.port)
    return 0


def _announce(config: Config, asked: argparse.Namespace) -> int:
    from rebond_server.announcing import announce  # noqa: PLC0415 - likewise

    with Open(config) as workshop:
        site = workshop.site_id
    with suppress(KeyboardInterrupt):
        announce(site, asked.host, asked.port)
    return 0


def _cells(line: TableLine, language: Language) -> list[str]:
    programme = line.programme or "—"
    cells = [
        line.tag,
        KINDS[line.name].into(language) if line.name in KINDS else line.name,
        ", ".join(VERDICTS[verdict].word.into(language) for verdict in line.verdicts) or "—",
        "—" if line.grade is None else GRADES[line.grade].into(language),
        "—" if line.reason is None else line.reason.into(language),
        f"{programme} (?)" if line.proposed else programme,
    ]
    return [cell if len(cell) <= WIDEST else cell[: WIDEST - 1] + "…" for cell in cells]


def _person(workshop: Workshop, login: str) -> Actor:
    with workshop.work(NOBODY, utc_now(), reading=True) as work:
        return person(account_by_login(work, login))


def _moment(text: str) -> datetime:
    """Return an ISO 8601 moment; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_AS = ("--as", {"dest": "person", "metavar": "LOGIN", "required": True})
VERBS: dict[str, Verb] = {
    "init": Verb(
        "crée la base et l'atelier / make the database and the workshop",
        _init,
        (("--site", {"default": "Atelier", "metavar": "NAME"}),),
    ),
    "create-account": Verb(
        "crée un compte, mot de passe sur l'entrée standard / make an account",
        _create_account,
        (
            ("login", {}),
            ("--name", {}),
            ("--role", {"required": True, "choices": [r for r in Role if r is not Role.AGENT]}),
        ),
    ),
    "demonstration": Verb(
        "charge les conventions, lots et demandes de démonstration / load the demonstration",
        _demonstration,
    ),
    "enrol-code": Verb("affiche un code d'enrôlement / print an enrolment code", _enrol_code),
    "lot": Verb(
        "range des appareils dans un lot, ou dit lequel on décharge / file devices under a lot",
        _lot,
        (("code", {}), ("tags", {"nargs": "*"})),
    ),
    "confirm-grades": Verb(
        "valide la catégorie des appareils effacés / confirm the grades of wiped devices",
        _confirm_grades,
        (_AS,),
    ),
    "plan": Verb(
        "calcule un plan d'attribution, de l'atelier ou d'un fichier / make a plan, of the workshop or of a file",
        _plan,
        (
            ("input", {"nargs": "?", "type": Path, "metavar": "INPUT.json"}),
            ("--as", {"dest": "person", "metavar": "LOGIN"}),
            ("--output", {"type": Path, "metavar": "FILE"}),
            ("--greedy", {"action": "store_true", "help": "without the solver / sans le solveur"}),
            ("--at", {"type": _moment, "metavar": "MOMENT", "help": "ISO 8601; default: now"}),
        ),
    ),
    "confirm-plan": Verb("valide le dernier plan / confirm the newest plan", _confirm_plan, (_AS,)),
    "table": Verb("affiche tous les appareils / print all devices", _table),
    "serve": Verb(
        "sert les écrans et l'interface des clés / serve the screens",
        _serve,
        (
            ("--host", {"default": "127.0.0.1"}),
            ("--port", {"type": int, "default": 8080}),
        ),
    ),
    "announce": Verb(
        "dit aux clés du réseau où est le serveur, jusqu'à la fin de l'entrée / tell sticks where it is",
        _announce,
        (
            ("--host", {"default": "0.0.0.0", "help": "as for serve"}),  # noqa: S104 - where it is reached
            ("--port", {"type": int, "default": 8080}),
        ),
    ),
    **matching.VERBS,
    **ruling.VERBS,
    **stick_verbs.VERBS,
    **upkeep.VERBS,
    **plugged.VERBS,
}
