"""Why a verdict is what it is: every reason, what it forces, and its sentence."""

from enum import StrEnum

from msgspec import Struct

from rebond_schemas.refusal_sentences import told
from rebond_server.domain.sentence import Sentence


class Verdict(StrEnum):
    """What is proven about the data on one drive. `unknown` is where every drive starts."""

    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    CLEARED = "cleared"
    PURGED = "purged"
    CLEARED_WITH_LIMITS = "cleared_with_limits"
    DESTROYED = "destroyed"
    NO_MEDIA = "no_media"


class Code(StrEnum):
    """One thing found in the evidence, or missing from it."""

    NO_EVIDENCE = "no_evidence"
    DRIVE_UNNAMED = "drive_unnamed"
    DRIVE_AMBIGUOUS = "drive_ambiguous"
    OTHER_DRIVE = "other_drive"
    SIZE_UNKNOWN = "size_unknown"
    SIZE_DIFFERS = "size_differs"
    BEHIND_RAID = "behind_raid"
    LOCKED = "locked"
    REFUSED_BY_AGENT = "refused_by_agent"
    INTERRUPTED_AT = "interrupted_at"
    FAILED_BY_AGENT = "failed_by_agent"
    IDENTITY_UNCHECKED = "identity_unchecked"
    FAULTS = "faults"
    MISMATCHES = "mismatches"
    SKIPPED = "skipped"
    NOTHING_WRITTEN = "nothing_written"
    WRITTEN_PARTLY = "written_partly"
    NOT_FLUSHED = "not_flushed"
    WRONG_PATTERN = "wrong_pattern"
    NOT_READ_BACK = "not_read_back"
    READ_BACK_PARTLY = "read_back_partly"
    READ_BACK_BY_WRITER = "read_back_by_writer"
    READ_BACK_CACHED = "read_back_cached"
    OTHER_PATTERN_READ = "other_pattern_read"
    IMPOSSIBLE_SPEED = "impossible_speed"
    IMPOSSIBLE_TIME = "impossible_time"
    HIDDEN_AREA_LEFT = "hidden_area_left"
    METHOD_UNPROVEN = "method_unproven"
    HIDDEN_AREA_UNKNOWN = "hidden_area_unknown"
    REALLOCATED = "reallocated"
    THROUGH_BRIDGE = "through_bridge"
    BUS_UNKNOWN = "bus_unknown"
    BOOT_PARTITIONS = "boot_partitions"
    PURGE_NOT_REACHED = "purge_not_reached"
    SPARE_AREA = "spare_area"
    REALLOCATED_UNKNOWN = "reallocated_unknown"
    FIRMWARE_THROUGH_BRIDGE = "firmware_through_bridge"
    OTHER_BUS = "other_bus"
    NO_COMMAND = "no_command"
    COMMAND_UNPROVEN = "command_unproven"
    LEFT_LOCKED = "left_locked"
    FROZEN = "frozen"
    SANITIZE_FAILED = "sanitize_failed"
    SANITIZE_STUCK = "sanitize_stuck"
    NO_CANARIES = "no_canaries"
    TOO_FEW_PLACES = "too_few_places"
    MAKERS_WORD = "makers_word"
    AREA_UNKNOWN = "area_unknown"


class Finding(Struct, frozen=True):
    """What a code forces (None: it only informs), and what it says to people."""

    forces: Verdict | None
    fr: str
    en: str


class Reason(Struct, frozen=True, kw_only=True):
    """One code with the values that its sentence needs, as text."""

    code: Code
    values: dict[str, str] = {}

    @property
    def forces(self) -> Verdict | None:
        """The verdict that this reason forces, or None when it only informs."""
        return FINDINGS[self.code].forces

    @property
    def sentence(self) -> Sentence:
        """The reason in words."""
        found = FINDINGS[self.code]
        french, english = self.values, self.values
        if self.code in _NEXT:
            french, english = (self.values | {"why": why} for why in _why(self))
        return Sentence(fr=found.fr.format(**french), en=found.en.format(**english))


def _why(reason: Reason) -> tuple[str, str]:
    """Return why the agent stopped, in both languages: its own sentence where it named a reason."""
    given = reason.values.get("why", "").strip().rstrip(".")
    key, _, detail = given.partition(": ")
    said = told(key)
    if said is not None:
        more = f" ({detail})" if detail else ""
        return _inside(said.fr) + more, _inside(said.en) + more
    next_step = _NEXT[reason.code]
    return tuple(f"{given}, {one}" if given else one for one in next_step)  # type: ignore[return-value]  # of two comes two


def _inside(sentence: str) -> str:
    """Return a sentence as it stands behind a colon."""
    acronym = sentence[1:2].isupper()
    return (sentence if acronym else sentence[:1].lower() + sentence[1:]).rstrip(".")


_NEXT = {
    Code.REFUSED_BY_AGENT: (
        "refaites le relevé, puis l'effacement",
        "make a new report, then erase",
    ),
    Code.INTERRUPTED_AT: ("relancez-le, il reprendra", "start it again, it will resume"),
    Code.FAILED_BY_AGENT: (
        "recommencez, sinon détruisez ce disque",
        "start again, or destroy this drive",
    ),
}
"""What to try next where the agent gave no reason that we know."""

_U, _F, _L = Verdict.UNKNOWN, Verdict.FAILED, Verdict.CLEARED_WITH_LIMITS

# fmt: off
FINDINGS: dict[Code, Finding] = {
    Code.NO_EVIDENCE: Finding(_U, "Aucun effacement n'a été relevé pour ce disque : effacez-le.", "No erasure was reported for this drive: erase it."),
    Code.DRIVE_UNNAMED: Finding(_U, "Ce disque n'a ni WWN ni numéro de série lisible : branchez-le directement, ou détruisez-le.", "This drive has no readable WWN or serial number: connect it directly, or destroy it."),
    Code.DRIVE_AMBIGUOUS: Finding(_U, "Deux disques portent la même identité {key} : effacez-les un par un sur une autre machine.", "Two drives carry the same identity {key}: erase them one at a time in another machine."),
    Code.OTHER_DRIVE: Finding(_U, "Le relevé parle d'un autre disque ({reported}) : effacez celui-ci.", "The report speaks of another drive ({reported}): erase this one."),
    Code.SIZE_UNKNOWN: Finding(_U, "La taille du disque est inconnue : refaites le relevé.", "The size of the drive is unknown: probe it again."),
    Code.SIZE_DIFFERS: Finding(_F, "Taille effacée {erased} octets, taille inventoriée {known} octets : refaites le relevé puis l'effacement.", "Erased size {erased} bytes, inventoried size {known} bytes: probe and erase again."),
    Code.BEHIND_RAID: Finding(_U, "Les disques réels sont cachés par un contrôleur RAID : passez-le en mode AHCI ou HBA.", "The real drives hide behind a RAID controller: switch it to AHCI or HBA mode."),
    Code.LOCKED: Finding(_F, "Le disque est verrouillé par un mot de passe : détruisez-le s'il reste inconnu.", "The drive is locked by a password: destroy it if nobody knows it."),
    Code.REFUSED_BY_AGENT: Finding(Verdict.NOT_ATTEMPTED, "L'effacement n'a pas été entrepris : {why}.", "The erasure was not attempted: {why}."),
    Code.INTERRUPTED_AT: Finding(Verdict.INTERRUPTED, "L'effacement a été interrompu : {why}.", "The erasure was interrupted: {why}."),
    Code.FAILED_BY_AGENT: Finding(_F, "L'effacement a échoué : {why}.", "The erasure failed: {why}."),
    Code.IDENTITY_UNCHECKED: Finding(_F, "L'identité n'a pas été relue juste avant d'écrire : recommencez.", "The identity was not read again just before writing: start again."),
    Code.FAULTS: Finding(_F, "{count} erreur(s) d'écriture ou de lecture (la première : {first}) : détruisez ce disque.", "{count} write or read error(s), the first: {first}: destroy this drive."),
    Code.MISMATCHES: Finding(_F, "{count} zone(s) relue(s) ne contiennent pas ce qui a été écrit : détruisez ce disque.", "{count} place(s) read back differ from what was written: destroy this drive."),
    Code.SKIPPED: Finding(_F, "{bytes} octets ont été sautés : recommencez, sinon détruisez ce disque.", "{bytes} bytes were skipped: start again, or destroy this drive."),
    Code.NOTHING_WRITTEN: Finding(_F, "Aucune écriture n'est relevée : recommencez l'effacement.", "No write was reported: erase again."),
    Code.WRITTEN_PARTLY: Finding(_F, "{done} octets écrits sur {whole} : recommencez l'effacement.", "{done} bytes written of {whole}: erase again."),
    Code.NOT_FLUSHED: Finding(_F, "Rien ne dit que les écritures ont atteint le disque (flush) : recommencez.", "Nothing says that the writes reached the medium (flush): erase again."),
    Code.WRONG_PATTERN: Finding(_F, "Le motif écrit ne correspond pas à la méthode {method} : recommencez.", "The pattern written does not fit the method {method}: erase again."),
    Code.NOT_READ_BACK: Finding(_F, "Le disque n'a pas été relu après la dernière écriture : relancez la vérification.", "The drive was not read back after the last write: verify again."),
    Code.READ_BACK_PARTLY: Finding(_F, "{done} octets relus sur {whole} : relancez la vérification.", "{done} bytes read back of {whole}: verify again."),
    Code.READ_BACK_BY_WRITER: Finding(_F, "La relecture n'a pas été faite par un autre processus : relancez la vérification.", "The read-back was not done by another process: verify again."),
    Code.READ_BACK_CACHED: Finding(_F, "La relecture a pu venir de la mémoire et non du disque : relancez la vérification.", "The read-back may have come from memory and not from the drive: verify again."),
    Code.OTHER_PATTERN_READ: Finding(_F, "La relecture a cherché un autre motif que celui écrit : relancez la vérification.", "The read-back looked for another pattern than the one written: verify again."),
    Code.IMPOSSIBLE_SPEED: Finding(_F, "{rate} Mo/s : aucun disque de ce genre ne dépasse {limit} Mo/s ({source}), recommencez.", "{rate} MB/s: no drive of this kind exceeds {limit} MB/s ({source}), erase again."),
    Code.IMPOSSIBLE_TIME: Finding(_F, "Les durées du relevé se contredisent ({passes} s de passes en {total} s) : recommencez.", "The durations contradict each other ({passes} s of passes in {total} s): erase again."),
    Code.HIDDEN_AREA_LEFT: Finding(_F, "Une zone cachée (HPA, DCO) n'a pas été effacée : rouvrez-la puis recommencez.", "A hidden area (HPA, DCO) was not erased: open it and erase again."),
    Code.METHOD_UNPROVEN: Finding(_F, "Cette version ne sait pas prouver la méthode {method} : faites un effacement par réécriture.", "This version cannot prove the method {method}: erase by overwriting."),
    Code.HIDDEN_AREA_UNKNOWN: Finding(_L, "On ne sait pas si le disque a une zone cachée (HPA, DCO) : elle n'est pas couverte.", "Whether the drive has a hidden area (HPA, DCO) is not known: it is not covered."),
    Code.REALLOCATED: Finding(_L, "{count} secteur(s) réalloué(s) ou défectueux ne sont pas atteints par la réécriture.", "{count} reallocated or defective sector(s) are not reached by overwriting."),
    Code.THROUGH_BRIDGE: Finding(_L, "Effacé à travers un pont {bridge} : branchez le disque directement pour lever la réserve.", "Erased through a bridge {bridge}: connect the drive directly to lift this limit."),
    Code.BUS_UNKNOWN: Finding(_L, "Le branchement ou le type du disque est inconnu : la portée de l'effacement l'est aussi.", "How the drive is attached or made is unknown: so is the reach of the erasure."),
    Code.BOOT_PARTITIONS: Finding(_L, "Les partitions d'amorçage de l'eMMC ({names}) ne sont pas couvertes.", "The boot partitions of the eMMC ({names}) are not covered."),
    Code.PURGE_NOT_REACHED: Finding(_L, "« Purge » était demandé, « Clear » est atteint : le donateur doit l'accepter.", "Purge was asked, Clear was reached: the donor must accept it."),
    Code.SPARE_AREA: Finding(None, "La réserve interne de la mémoire flash n'est pas atteinte par la réécriture.", "The spare area of the flash memory is not reached by overwriting."),
    Code.REALLOCATED_UNKNOWN: Finding(None, "Le nombre de secteurs réalloués n'est pas connu.", "The number of reallocated sectors is not known."),
    Code.FIRMWARE_THROUGH_BRIDGE: Finding(_F, "Commande envoyée à travers un pont {bridge}, qui peut l'avaler : branchez le disque directement (SATA, M.2) et recommencez.", "Command sent through a bridge {bridge}, which may swallow it: connect the drive directly (SATA, M.2) and start again."),
    Code.OTHER_BUS: Finding(_F, "La méthode {method} ne va pas avec ce branchement : refaites le relevé, puis un effacement par réécriture.", "The method {method} does not fit how this drive is attached: probe again, then erase by overwriting."),
    Code.NO_COMMAND: Finding(_F, "La commande {method} n'est pas dans le relevé, ou quelque chose a été écrit après elle : recommencez l'effacement.", "The command {method} is not in the report, or something was written after it: erase again."),
    Code.COMMAND_UNPROVEN: Finding(_F, "La réponse du disque ne prouve pas que {method} est allée au bout : essayez la méthode suivante, sinon la réécriture.", "The drive's answer does not prove that {method} finished: try the next method, or overwriting."),
    Code.LEFT_LOCKED: Finding(_F, "Le disque est resté verrouillé par le mot de passe de la clé : redémarrez sur la clé, elle reprendra l'effacement.", "The drive was left locked by the stick's password: boot the stick again, it will go on."),
    Code.FROZEN: Finding(_F, "Le BIOS a gelé le disque (frozen) : mettez la machine en veille, réveillez-la, puis recommencez.", "The BIOS froze the drive: suspend the machine, wake it, then start again."),
    Code.SANITIZE_FAILED: Finding(_F, "Le disque dit que son effacement interne a échoué : éteignez, recommencez une fois, sinon détruisez ce disque.", "The drive says that its own erasure failed: switch off, try once more, or destroy this drive."),
    Code.SANITIZE_STUCK: Finding(Verdict.INTERRUPTED, "Le disque efface encore ({percent} %) : éteignez complètement, attendez dix secondes, redémarrez sur la clé.", "The drive is still erasing ({percent} %): switch off fully, wait ten seconds, boot the stick again."),
    Code.NO_CANARIES: Finding(_F, "Les témoins posés avant la commande n'ont pas tous été recherchés après : recommencez l'effacement.", "The canaries planted before the command were not all looked for after it: erase again."),
    Code.TOO_FEW_PLACES: Finding(_F, "{places} endroits relus après la commande, il en faut {least} sur tout le disque : relancez la vérification.", "{places} places read after the command, {least} all over the drive are needed: verify again."),
    Code.MAKERS_WORD: Finding(None, "Ce que la commande atteint au-delà des blocs adressables dépend du fabricant : « Clear » est retenu.", "What the command reaches beyond addressable blocks depends on the maker: Clear is kept."),
    Code.AREA_UNKNOWN: Finding(_F, "Le relevé met des étapes au compte d'une zone ({names}) qui n'est pas à part sur ce disque : refaites le relevé, puis l'effacement.", "The report puts steps down to an area ({names}) that is none of its own on this drive: probe again, then erase."),
}
# fmt: on
