"""The verbs that look after what is kept: verify, checkpoint, backup, restore, upgrade, purge."""

import argparse
from dataclasses import asdict
from pathlib import Path

from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.backup import back_up, make_backup_key
from rebond_server.operations.checkpoint import make_checkpoint
from rebond_server.operations.purge import purge
from rebond_server.operations.restore import private_backup_key, restore
from rebond_server.operations.server_state import note_job
from rebond_server.operations.tls import make_certificate
from rebond_server.operations.upgrade import upgrade
from rebond_server.operations.verify import faults
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.upkeep import Job
from rebond_server.verb import Open, Verb, say, utc_now

KEEP_AWAY = Sentence(
    fr="Clé privée : {file}. Gardez-la hors de ce serveur (coffre, clé USB) : sans elle, aucune"
    " sauvegarde ne s'ouvre, et elle seule les ouvre.",
    en="Private key: {file}. Keep it away from this server (safe, USB stick): without it no backup"
    " opens, and nothing else opens them.",
)
NEW_AUTHORITY = Sentence(
    fr="Certificat pour {names}, d'une nouvelle autorité de cet atelier.\nEmpreinte (les clés la"
    " retiennent) : {fingerprint}\nPour les navigateurs : installez tls-authority.pem.",
    en="Certificate for {names}, from a new authority of this workshop.\nFingerprint (sticks pin"
    " it): {fingerprint}\nFor browsers: install tls-authority.pem.",
)
SAME_AUTHORITY = Sentence(
    fr="Nouveau certificat pour {names}, de la même autorité : {fingerprint}",
    en="New certificate for {names}, from the same authority: {fingerprint}",
)
UP_TO_DATE = Sentence(fr="La base est à jour.", en="The database is up to date.")


def _verify(config: Config, asked: argparse.Namespace) -> int:
    found = _faults(config, asked)
    _note(config, Job.VERIFY, f"{found}", well=not found)
    return 1 if found else 0


def _note(config: Config, job: Job, told: str, *, well: bool = True) -> None:
    """Keep that a job ran, for the page that people look at."""
    with Open(config) as workshop, workshop.work(NOBODY, utc_now()) as work:
        note_job(work, job, told, well=well)


def _faults(config: Config, asked: argparse.Namespace) -> int:
    """Say what is wrong, a line each; return how many lines there are."""
    checkpoints = [path.read_text(errors="replace") for path in asked.checkpoint]
    found = 0
    with Open(config) as workshop, workshop.work(NOBODY, utc_now(), reading=True) as work:
        for fault in faults(work, checkpoints):
            found += 1
            say(fault.into(asked.language))
    return found


def _checkpoint(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop, workshop.work(NOBODY, utc_now(), reading=True) as work:
        text = make_checkpoint(work)
    if asked.file is None:
        say(text.rstrip("\n"))
    else:
        asked.file.write_text(text)
    return 0


def _backup_key(config: Config, asked: argparse.Namespace) -> int:
    make_backup_key(config, asked.file)
    say(KEEP_AWAY.into(asked.language).format(file=asked.file))
    return 0


def _backup(config: Config, asked: argparse.Namespace) -> int:
    manifest = back_up(config, asked.file, utc_now())
    told = f"{sum(table.rows for table in manifest.tables)} · {manifest.revision}"
    say(f"{asked.file}: {told}")
    _note(config, Job.BACKUP, told)
    return 0


def _restore(config: Config, asked: argparse.Namespace) -> int:
    restore(config, asked.file, private_backup_key(asked.key))
    asked.checkpoint = []
    return 1 if _faults(config, asked) else 0


def _upgrade(config: Config, asked: argparse.Namespace) -> int:
    backup = upgrade(config, utc_now())
    say(UP_TO_DATE.into(asked.language) if backup is None else str(backup))
    return 0


def _tls(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop:
        made = make_certificate(config, workshop.site_name, asked.names, utc_now())
    names = ", ".join(made.names)
    sentence = (NEW_AUTHORITY if made.fresh else SAME_AUTHORITY).into(asked.language)
    say(sentence.format(names=names, fingerprint=made.fingerprint))
    return 0


def _purge(config: Config, asked: argparse.Namespace) -> int:
    del asked
    with Open(config) as workshop:
        with workshop.work(command_line(Role.ADMIN), utc_now()) as work:
            purged = purge(work)
        workshop.refresh_statistics()
    told = ", ".join(f"{name} {count}" for name, count in asdict(purged).items())
    say(told)
    _note(config, Job.PURGE, told)
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
    "backup-key": Verb(
        "crée la paire de clés des sauvegardes, la privée dans ce fichier"
        " / make the pair of keys of backups, the private one in this file",
        _backup_key,
        (("file", {"type": Path}),),
    ),
    "backup": Verb(
        "sauvegarde base, preuves et clés, chiffrées, pendant que l'atelier travaille"
        " / back up database, evidence and keys, encrypted, while the workshop works",
        _backup,
        (("file", {"type": Path}),),
    ),
    "restore": Verb(
        "reprend une sauvegarde dans un endroit vide, puis contrôle tout"
        " / restore a backup into an empty place, then verify",
        _restore,
        (("file", {"type": Path}), ("--key", {"type": Path, "required": True, "metavar": "FILE"})),
    ),
    "tls": Verb(
        "donne au serveur un certificat de sa propre autorité, à renouveler chaque année"
        " / give the server a certificate of its own authority, to be renewed every year",
        _tls,
        (("names", {"nargs": "*", "metavar": "NAME"}),),
    ),
    "purge": Verb(
        "efface ce qui a dépassé sa durée (noms, sessions, essais, codes), périme les bons ; chaque nuit"
        " / delete what is past its time (names, sessions, attempts, codes), end vouchers; every night",
        _purge,
    ),
    "upgrade": Verb(
        "sauvegarde, puis met la base à jour / back up, then bring the database up to date",
        _upgrade,
    ),
}
