"""The words of the command line, in the reader's language."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from rebond_agent.config import Config
from rebond_agent.errors import UsageError
from rebond_agent.language import AnyPhrase, Language, say
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.erase_phrases import ErasePhrase
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.stick_phrases import StickPhrase
from rebond_agent.wipe.opal import PSID_LENGTH
from rebond_schemas.erasure import Level

Told = Callable[[AnyPhrase], str]


class Parser(argparse.ArgumentParser):
    """Ends a wrong command with usage, reason, and the exit code of every usage error."""

    reader = Language.FR

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        self.print_usage(sys.stderr)
        problem = say(self.reader, Phrase.USAGE_PROBLEM)
        self.exit(UsageError.exit_code, f"{problem} : {message}\n")


def language_of(words: Sequence[str], config: Config) -> Language:
    """Return the language asked for anywhere on the command line, else the environment's."""
    first = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    first.add_argument("--lang", choices=[one.value for one in Language])
    try:
        asked, _ = first.parse_known_args(words)
    except argparse.ArgumentError:
        return config.language
    return Language(asked.lang) if asked.lang else config.language


def parser(language: Language) -> Parser:
    """Return the parser of all commands."""

    def told(phrase: AnyPhrase) -> str:
        return say(language, phrase).replace("%", "%%")

    common = _common(told)
    whole = Parser(
        prog="rebond-agent", description=told(Phrase.HELP), parents=[common], allow_abbrev=False
    )
    whole.reader = language
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, phrase: AnyPhrase) -> Parser:
        said = told(phrase)
        # No abbreviations: --yes must never stand for --yes-erase.
        made = commands.add_parser(
            name, help=said, description=said, parents=[common], allow_abbrev=False
        )
        made.reader = language
        return made

    _add_inspect(command("inspect", Phrase.HELP_INSPECT), told)
    wipe = command("wipe", Phrase.HELP_WIPE)
    _add_inspect(wipe, told)
    _add_wipe(wipe, told)
    _add_reread(command("reread", StickPhrase.HELP_REREAD), told)
    _add_check(command("check", CheckPhrase.HELP_CHECK), told)
    _add_console(command("console", ConsolePhrase.HELP_CONSOLE), told)
    command("send", Phrase.HELP_SEND)
    record = command("record", Phrase.HELP_RECORD)
    record.add_argument("folder", type=Path, metavar="DIR", help=told(Phrase.HELP_DIR))
    _add_enrol(command("enrol", Phrase.HELP_ENROL), told)
    status = command("status", Phrase.HELP_STATUS)
    status.add_argument("--json", action="store_true", help=told(Phrase.HELP_JSON))
    return whole


def _common(told: Told) -> Parser:
    """Words that may stand before or behind the command."""
    common = Parser(add_help=False)
    # SUPPRESS: a default behind the command would undo what was said in front of it.
    common.add_argument(
        "--stick", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=told(Phrase.HELP_STICK)
    )
    languages = [one.value for one in Language]
    common.add_argument(
        "--lang", choices=languages, default=argparse.SUPPRESS, help=told(Phrase.HELP_LANG)
    )
    return common


def _add_inspect(to: Parser, told: Told) -> None:
    to.add_argument("--machine", type=Path, metavar="DIR", help=told(Phrase.HELP_MACHINE))
    to.add_argument("--asset-tag", metavar="T", help=told(Phrase.HELP_TAG))
    to.add_argument(
        "--check", metavar="C", action="append", default=[], help=told(Phrase.HELP_CHECK)
    )
    to.add_argument("--by", metavar="N", help=told(Phrase.HELP_BY))
    to.add_argument("--json", action="store_true", help=told(Phrase.HELP_JSON))
    to.add_argument("--no-send", action="store_true", help=told(Phrase.HELP_NO_SEND))


def _add_wipe(to: Parser, told: Told) -> None:
    _add_many(to, "--image", "FILE", told(Phrase.HELP_IMAGE), Path)
    _add_many(to, "--fault", "SPEC", told(Phrase.HELP_FAULT))
    _add_many(to, "--drive", "/dev/X", told(Phrase.HELP_DRIVE))
    _add_many(to, "--yes-erase", "LAST4", told(Phrase.HELP_YES))
    _add_many(to, "--unknown-content", "SERIAL", told(ErasePhrase.HELP_UNKNOWN_CONTENT))
    to.add_argument("--psid", metavar="PSID", type=_psid, help=told(ErasePhrase.HELP_PSID))
    levels = [level.value for level in Level]
    to.add_argument("--level", choices=levels, default="clear", help=told(ErasePhrase.HELP_LEVEL))
    for name, phrase in (
        ("--no-firmware", ErasePhrase.HELP_NO_FIRMWARE),
        ("--suspend", ErasePhrase.HELP_SUSPEND),
        ("--finish", ErasePhrase.HELP_FINISH),
        ("--full-read", ErasePhrase.HELP_FULL_READ),
        ("--unattended", StickPhrase.HELP_UNATTENDED),
    ):
        to.add_argument(name, action="store_true", help=told(phrase))


def _add_reread(to: Parser, told: Told) -> None:
    to.add_argument("--machine", type=Path, metavar="DIR", help=told(Phrase.HELP_MACHINE))
    to.add_argument("--asset-tag", metavar="T", help=told(Phrase.HELP_TAG))
    to.add_argument("--by", metavar="N", required=True, help=told(StickPhrase.HELP_READER))
    to.add_argument("--json", action="store_true", help=told(Phrase.HELP_JSON))
    _add_many(to, "--image", "FILE", told(StickPhrase.HELP_READ_IMAGE), Path)


def _psid(typed: str) -> str:
    """Return the 32 characters of a label, however they were spaced and cased."""
    psid = "".join(character for character in typed.upper() if character.isalnum())
    if len(psid) != PSID_LENGTH or not psid.isascii():
        raise argparse.ArgumentTypeError(f"{len(psid)} / {PSID_LENGTH}")
    return psid


def _add_check(to: Parser, told: Told) -> None:
    to.add_argument("names", nargs="*", metavar="NAME", help=told(CheckPhrase.HELP_CHECK_NAMES))
    _add_bench(to, told)


def _add_console(to: Parser, told: Told) -> None:
    _add_bench(to, told)
    _add_many(to, "--image", "FILE", told(Phrase.HELP_IMAGE), Path)
    _add_many(to, "--fault", "SPEC", told(Phrase.HELP_FAULT))


def _add_bench(to: Parser, told: Told) -> None:
    """Add the words of both ways to test: by the console and without."""
    to.add_argument("--machine", type=Path, metavar="DIR", help=told(Phrase.HELP_MACHINE))
    to.add_argument("--asset-tag", metavar="T", help=told(Phrase.HELP_TAG))
    to.add_argument("--by", metavar="N", help=told(Phrase.HELP_BY))
    to.add_argument("--no-send", action="store_true", help=told(Phrase.HELP_NO_SEND))
    to.add_argument(
        "--keyboard",
        choices=["azerty", "qwerty"],
        help=told(CheckPhrase.HELP_KEYBOARD),
    )
    to.add_argument(
        "--minutes", type=float, default=10.0, metavar="N", help=told(CheckPhrase.HELP_MINUTES)
    )


def _add_many(
    to: Parser, name: str, shown: str, said: str, kind: Callable[[str], Path | str] = str
) -> None:
    """Add a word that takes several values and may stand several times."""
    to.add_argument(
        name, type=kind, nargs="+", action="extend", default=[], metavar=shown, help=said
    )


def _add_enrol(to: Parser, told: Told) -> None:
    to.add_argument("url", metavar="URL", help=told(StickPhrase.HELP_LINK))
    to.add_argument("code", metavar="CODE", nargs="?", help=told(Phrase.HELP_CODE))
    to.add_argument("--fingerprint", metavar="HEX", help=told(StickPhrase.HELP_FINGERPRINT))
    to.add_argument("--name", metavar="N", help=told(Phrase.HELP_NAME))
