"""The verbs about the bootable image: write it onto a stick, serve it to PCs without one."""

import argparse
import sys
from pathlib import Path

from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadSetting, BadValue
from rebond_server.netboot import DNSMASQ, Netboot, own_address, server
from rebond_server.operations.agent_release import publish_agent
from rebond_server.operations.work import command_line
from rebond_server.stick_target import Target, look, refusal
from rebond_server.stick_writer import write_stick
from rebond_server.verb import Open, Verb, say, utc_now

NETBOOT_PORT = 8069
_CONFIRMING = 4


def _stick(config: Config, asked: argparse.Namespace) -> int:
    image = asked.image or _newest(config)
    if not image.is_file():
        raise BadSetting(_failed(image, "introuvable", "not found"))
    target = look(asked.target)
    language = asked.language
    size = image.stat().st_size
    reason = refusal(target, size, again=asked.again)
    if reason is not None:
        raise BadValue(reason)
    if not target.is_file:
        _confirm(target, asked)
    try:
        written = write_stick(image, asked.target, _progress)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadValue(_failed(asked.target, why, why)) from error
    sys.stderr.write("\n")
    told = Sentence(
        fr=f"Écrit et relu : {image.name} sur {target.name}.\nSHA-256 {written}",
        en=f"Written and read back: {image.name} on {target.name}.\nSHA-256 {written}",
    )
    say(told.into(language))
    return 0


def _failed(path: Path, french: str, english: str) -> Sentence:
    return Sentence(fr=f"{path} : {french}.", en=f"{path}: {english}.")


def _newest(config: Config) -> Path:
    """Return the image that `scripts/build-stick` made last."""
    found = sorted((config.var / "stick-image").glob("*.iso"), key=lambda one: one.stat().st_mtime)
    if not found:
        raise BadSetting(
            Sentence(
                fr="Aucune image : lancez scripts/build-stick, ou donnez --image FICHIER.",
                en="No image: run scripts/build-stick, or give --image FILE.",
            )
        )
    return found[-1]


def _confirm(target: Target, asked: argparse.Namespace) -> None:
    """Ask for the last characters of what the person holds in the hand; raise BadValue otherwise."""
    ending = (target.serial or target.model or target.path.name)[-_CONFIRMING:]
    gigabytes = (target.size_bytes or 0) / 1e9
    shown = Sentence(
        fr=f"Tout ce que contient {target.path} sera perdu : {target.name}, {gigabytes:.1f} Go.\n"
        f"Tapez « {ending} » pour continuer : ",
        en=f"Everything on {target.path} will be lost: {target.name}, {gigabytes:.1f} GB.\n"
        f"Type {ending!r} to go on: ",
    )
    typed = asked.confirm
    if typed is None:
        sys.stderr.write(shown.into(asked.language))
        sys.stderr.flush()
        typed = sys.stdin.readline().strip()
    if typed.casefold() != ending.casefold():
        raise BadValue(
            Sentence(
                fr=f"Rien n'a été écrit : {target.name} n'a pas été confirmé par « {ending} ».",
                en=f"Nothing was written: {target.name} was not confirmed by {ending!r}.",
            )
        )


def _progress(done: int, whole: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{100 * done // max(whole, 1):3} %")
        sys.stderr.flush()


def _netboot(_config: Config, asked: argparse.Namespace) -> int:
    address = asked.address or f"{own_address()}:{asked.port}"
    netboot = Netboot(folder=asked.folder, address=address).checked()
    if asked.tftp is not None:
        netboot.prepare(asked.tftp)
        network = address.rpartition(":")[0]
        say(DNSMASQ.format(folder=asked.tftp.absolute(), network=network))
    with server(netboot, asked.host, asked.port) as serving:
        say(f"http://{address}/netboot/boot.ipxe")
        sys.stdout.flush()
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _publish_agent(config: Config, asked: argparse.Namespace) -> int:
    with Open(config) as workshop, workshop.work(command_line(Role.LEAD), utc_now()) as work:
        offer = publish_agent(work, asked.layer)
    say(f"{offer.build.version} {offer.sha256}")
    return 0


VERBS: dict[str, Verb] = {
    "publish-agent": Verb(
        "propose aux clés un agent plus récent, signé / offer sticks a newer agent, signed",
        _publish_agent,
        (("layer", {"type": Path, "metavar": "FILE.agent.squashfs"}),),
    ),
    "stick": Verb(
        "écrit une clé, la relit, après confirmation / write a stick and read it back",
        _stick,
        (
            ("action", {"choices": ["write"]}),
            ("target", {"type": Path, "metavar": "/dev/sdX"}),
            ("--image", {"type": Path, "metavar": "FILE", "help": "default: the newest build"}),
            ("--confirm", {"metavar": "LAST4", "help": "instead of the question"}),
            ("--again", {"action": "store_true", "help": "over a stick that was in use"}),
        ),
    ),
    "netboot": Verb(
        "sert l'image aux PC qui démarrent par le réseau / serve the image to PCs over PXE",
        _netboot,
        (
            ("folder", {"type": Path, "metavar": "FOLDER"}),
            ("--tftp", {"type": Path, "metavar": "FOLDER", "help": "fill a TFTP folder first"}),
            ("--host", {"default": ""}),
            ("--port", {"type": int, "default": NETBOOT_PORT}),
            ("--address", {"metavar": "HOST:PORT", "help": "as PCs reach this server"}),
        ),
    ),
}
