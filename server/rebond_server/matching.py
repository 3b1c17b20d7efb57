"""The verb that compares two inventories: whether they are of one machine, and what says so."""

import argparse
from pathlib import Path

from rebond_schemas.codec import SIZE_LIMIT, Unreadable, decode
from rebond_schemas.statement import Inventory
from rebond_server.config import Config
from rebond_server.domain.identity import Fingerprint, fingerprint, match
from rebond_server.domain.identity_words import told
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.verb import Verb, say


def _match(config: Config, asked: argparse.Namespace) -> int:
    del config
    for line in told(match(_machine(asked.one), _machine(asked.other))):
        say(line.into(asked.language))
    return 0


def _machine(path: Path) -> Fingerprint:
    try:
        with path.open("rb") as file:
            statement = decode(file.read(SIZE_LIMIT + 1))
    except (OSError, Unreadable) as error:
        raise BadValue(
            Sentence(fr=f"{path} ne se lit pas : {error}", en=f"{path} cannot be read: {error}")
        ) from error
    if not isinstance(statement, Inventory):
        raise BadValue(
            Sentence(
                fr=f"{path} n'est pas un relevé d'inventaire (rebond-agent inspect --json).",
                en=f"{path} is no inventory statement (rebond-agent inspect --json).",
            )
        )
    return fingerprint(statement.facts)


VERBS: dict[str, Verb] = {
    "match": Verb(
        "compare deux relevés : score, verdict, raisons / compare two inventory statements",
        _match,
        (
            ("one", {"type": Path, "metavar": "A.json"}),
            ("other", {"type": Path, "metavar": "B.json"}),
        ),
    )
}
