"""What each refusal says to the technician: one sentence a language, with the next thing to try."""

from collections.abc import Mapping
from types import MappingProxyType

from rebond_schemas.refusal import Reason, Sentence


def explain(reason: Reason, detail: str | None = None) -> Sentence:
    """Return the sentence of a reason, with its detail in brackets when there is one."""
    said = SENTENCES[reason]
    if detail is None:
        return said
    return Sentence(fr=f"{said.fr} ({detail})", en=f"{said.en} ({detail})")


def told(reason: str) -> Sentence | None:
    """Return the sentence of a statement's `reason` (`key` or `key: detail`); None: it is free text."""
    key, _, detail = reason.partition(": ")
    return explain(Reason(key), detail or None) if key in set(Reason) else None


def _both(fr: str, en: str) -> Sentence:
    return Sentence(fr=fr, en=en)


SENTENCES: Mapping[Reason, Sentence] = MappingProxyType(
    {
        Reason.NO_IDENTITY: _both(
            "Ce disque ne donne ni numéro de série ni WWN : branchez-le directement sur la carte mère.",
            "This drive gives neither a serial number nor a WWN: connect it straight to the board.",
        ),
        Reason.SIZE_UNKNOWN: _both(
            "La taille de ce disque n'a pas pu être lue : vérifiez câble et alimentation, puis relancez.",
            "This drive's size could not be read: check cable and power, then start again.",
        ),
        Reason.KIND_UNKNOWN: _both(
            "On ne sait pas quel support est ce disque : montrez-le au chef d'atelier.",
            "What kind of medium this drive is could not be told: show it to the workshop lead.",
        ),
        Reason.BOOT_MEDIUM: _both(
            "C'est le support de démarrage ou une clé Rebond, jamais effacés : laissez-le, passez au disque suivant.",
            "This is the boot medium or a Rebond stick, never erased: leave it, go on with the next drive.",
        ),
        Reason.BOOT_MEDIUM_UNKNOWN: _both(
            "Aucun outil ne reconnaît ce que contient ce disque, ce pourrait être une clé Rebond : retirez les clés, comparez l'étiquette du disque, puis tapez son numéro de série entier.",
            "No tool recognises what this drive holds, it might be a Rebond stick: take the sticks out, compare the drive's label, then type its whole serial number.",
        ),
        Reason.HELD: _both(
            "Ce disque est utilisé par le système : libérez ce qui le tient, puis relancez.",
            "The system is using this drive: let go what holds it, then start again.",
        ),
        Reason.READ_ONLY: _both(
            "Ce disque est en lecture seule, ou on ne sait pas s'il l'est : cherchez un verrou.",
            "This drive is read-only, or may be: look for a write-protect switch.",
        ),
        Reason.REMOVABLE_NOT_CHOSEN: _both(
            "Ce support amovible n'a pas été choisi : désignez-le pour qu'il soit effacé.",
            "This removable medium was not chosen: name it to have it erased.",
        ),
        Reason.PROBE_FAILED: _both(
            "L'examen de ce disque a échoué : débranchez, rebranchez, refaites le relevé.",
            "Probing this drive failed: unplug it, plug it in again, make a new report.",
        ),
        Reason.BEHIND_RAID: _both(
            "Les disques réels sont cachés par un contrôleur RAID : passez le BIOS en AHCI.",
            "A RAID controller hides the real drives: set the BIOS to AHCI.",
        ),
        Reason.LOCKED: _both(
            "Ce disque est verrouillé par un mot de passe : demandez-le au donateur, sinon détruisez-le.",
            "This drive is locked by a password: ask the donor for it, or destroy the drive.",
        ),
        Reason.NOT_A_DRIVE: _both(
            "Ce lecteur ne garde rien, il n'y a rien à effacer : retirez le disque optique s'il y en a un.",
            "This reader keeps nothing, there is nothing to erase: take the optical disc out if there is one.",
        ),
        Reason.LEVEL_OUT_OF_REACH: _both(
            "Le niveau demandé ne peut pas être atteint sur ce disque : détruisez-le ou demandez Clear.",
            "The level asked for cannot be reached on this drive: destroy it, or ask for Clear.",
        ),
        Reason.NOT_OPENED: _both(
            "Ce disque n'a pas pu être ouvert pour lui seul : démontez-le, puis relancez.",
            "This drive could not be opened exclusively: unmount it, then start again.",
        ),
        Reason.OTHER_DRIVE: _both(
            "Ce n'est plus le disque du relevé : refaites le relevé avant d'effacer.",
            "This is no longer the drive of the report: make a new report before erasing.",
        ),
        Reason.OTHER_SIZE: _both(
            "Ce disque n'a plus la taille du relevé : refaites le relevé, sinon détruisez-le.",
            "This drive no longer has the size of the report: make a new report, or destroy it.",
        ),
        Reason.INTENT_NOT_RECORDED: _both(
            "Le début de l'effacement n'a pas pu être noté sur la clé : changez de clé.",
            "The start of the erasure could not be recorded on the stick: take another stick.",
        ),
        Reason.DRIVE_GONE: _both(
            "Le disque a disparu pendant le travail : vérifiez câble et alimentation, recommencez.",
            "The drive vanished during the work: check cable and power, start again.",
        ),
        Reason.WRITE_PROTECTED: _both(
            "Le disque refuse toute écriture : cherchez un verrou, sinon détruisez-le.",
            "The drive refuses every write: look for a write-protect switch, or destroy it.",
        ),
        Reason.UNEXPECTED_ERROR: _both(
            "Le système a répondu par une erreur imprévue : gardez ce disque pour le chef d'atelier.",
            "The system answered with an unexpected error: keep this drive for the workshop lead.",
        ),
        Reason.NOT_WRITTEN: _both(
            "Des secteurs n'ont pas pu être écrits : détruisez ce disque.",
            "Some sectors could not be written: destroy this drive.",
        ),
        Reason.NOT_FLUSHED: _both(
            "Le disque n'a pas confirmé ses écritures : essayez un autre câble, sinon détruisez-le.",
            "The drive did not confirm its writes: try another cable, or destroy it.",
        ),
        Reason.NOT_READABLE: _both(
            "Des secteurs n'ont pas pu être relus, donc pas vérifiés : détruisez ce disque.",
            "Some sectors could not be read back, so nothing proves them: destroy this drive.",
        ),
        Reason.CACHE_NOT_DROPPED: _both(
            "La relecture n'a pas pu contourner la mémoire cache : rien n'est prouvé, recommencez.",
            "The read-back could not go round the cache: nothing is proven, start again.",
        ),
        Reason.CONTENT_DIFFERS: _both(
            "La relecture ne retrouve pas ce qui a été écrit : ce disque ment, détruisez-le.",
            "What was read back is not what was written: this drive lies, destroy it.",
        ),
        Reason.STALLED: _both(
            "Le disque ne répond plus : éteignez, rebranchez, essayez une fois encore, sinon détruisez-le.",
            "The drive no longer answers: power off, reconnect, try once more, or destroy it.",
        ),
        Reason.TOO_SLOW: _both(
            "Le disque est devenu bien trop lent, il est en train de lâcher : détruisez-le.",
            "The drive has become far too slow, it is failing: destroy it.",
        ),
        Reason.WORKER_DIED: _both(
            "Le programme d'effacement s'est arrêté en route : relancez avec cette clé, il reprendra où il en était.",
            "The erasing program stopped on its way: start again with this stick, it goes on from there.",
        ),
        Reason.CANCELLED: _both(
            "L'effacement a été arrêté à la demande, le disque n'est pas effacé : relancez avec cette clé, il reprendra où il en était.",
            "The erasure was stopped on request, the drive is not erased: start again with this stick, it goes on from there.",
        ),
        Reason.ENGINE_DIED: _both(
            "Un effacement commencé n'a pas de fin connue (coupure) : relancez avec cette clé, il reprendra où il en était.",
            "An erasure that was started has no known end (power cut): start again with this stick, it goes on from there.",
        ),
        Reason.INCOMPLETE: _both(
            "Toutes les étapes de l'effacement n'ont pas été menées au bout : recommencez ce disque.",
            "Not every step of the erasure was carried to its end: start this drive again.",
        ),
        Reason.HIDDEN_AREA_OPENED: _both(
            "Une zone cachée (HPA, DCO) vient d'être rouverte : éteignez le PC, rallumez-le et relancez.",
            "A hidden area (HPA, DCO) was just opened: power the PC off and on, then start again.",
        ),
        Reason.HIDDEN_AREA_STAYS: _both(
            "Une zone cachée (HPA, DCO) ne s'ouvre pas : éteignez et réessayez une fois, sinon détruisez-le.",
            "A hidden area (HPA, DCO) does not open: power off and try once more, or destroy the drive.",
        ),
        Reason.NOT_OFFERED: _both(
            "Ce disque ne propose pas l'effacement interne demandé : demandez Clear, sinon détruisez-le.",
            "This drive does not offer the erasure of its own that was asked for: ask for Clear, or destroy it.",
        ),
        Reason.COMMAND_REFUSED: _both(
            "Le disque a refusé la commande d'effacement : essayez sur un autre PC, sinon détruisez-le.",
            "The drive refused the erase command: try in another PC, or destroy it.",
        ),
        Reason.STATE_UNKNOWN: _both(
            "Le disque ne dit pas dans quel état il est : branchez-le sur un port SATA ou NVMe direct.",
            "The drive does not tell its state: connect it to a direct SATA or NVMe port.",
        ),
        Reason.FROZEN: _both(
            "Le BIOS a gelé ce disque : mettez le PC en veille puis réveillez-le, ou rebranchez le disque à chaud.",
            "The BIOS froze this drive: suspend and wake the PC, or hot-plug the drive.",
        ),
        Reason.TRIES_USED_UP: _both(
            "Le compteur de mots de passe est épuisé : éteignez complètement le PC, puis recommencez.",
            "The password counter has run out: power the PC off completely, then start again.",
        ),
        Reason.STILL_LOCKED: _both(
            "Le disque est resté verrouillé par notre mot de passe « Rebond » : relancez avec l'option --finish.",
            'The drive is still locked with our password "Rebond": erase again with --finish.',
        ),
        Reason.BUSY_SANITIZING: _both(
            "Le disque termine un effacement commencé avant : attendez sa fin, puis recommencez.",
            "The drive is finishing an erasure begun before: wait for its end, then start again.",
        ),
        Reason.SANITIZE_FAILED: _both(
            "Le disque dit que son effacement a échoué : détruisez-le.",
            "The drive says that its erasure failed: destroy it.",
        ),
        Reason.NO_PROGRESS: _both(
            "L'effacement interne n'avance plus : éteignez complètement, attendez, recommencez, sinon détruisez-le.",
            "The drive's own erasure no longer advances: power off fully, wait, start again, or destroy it.",
        ),
        Reason.NOTHING_CHANGED: _both(
            "Le disque a accepté la commande d'effacement et n'a rien fait : effacez-le par réécriture seule (--no-firmware, ou le réglage du lot), sinon détruisez-le.",
            "The drive accepted the erase command and did nothing: erase it by overwriting alone (--no-firmware, or the lot's setting), or destroy it.",
        ),
        Reason.MORE_NAMESPACES: _both(
            "Ce disque NVMe a plusieurs espaces de noms : montrez-le au chef d'atelier.",
            "This NVMe drive has several namespaces: show it to the workshop lead.",
        ),
        Reason.CONTENT_STAYED: _both(
            "Après l'effacement interne, d'anciennes données sont toujours là : ce disque ment, détruisez-le.",
            "Old data is still there behind the drive's own erasure: this drive lies, destroy it.",
        ),
        Reason.RESUMED_DIFFERS: _both(
            "Repris après une coupure, ce disque a perdu des écritures : effacez-le depuis le début.",
            "Gone on with after a cut, this drive had lost writes: erase it from the beginning.",
        ),
        Reason.OPAL_LOCKED: _both(
            "Ce disque est verrouillé (TCG Opal) : relancez avec le PSID de son étiquette (--psid), sinon détruisez-le.",
            "This drive is locked (TCG Opal): start again with the PSID on its label (--psid), or destroy it.",
        ),
        Reason.PSID_REFUSED: _both(
            "Le disque n'a pas accepté ce PSID : relisez l'étiquette (32 caractères), sinon détruisez-le.",
            "The drive did not accept this PSID: read the label again (32 characters), or destroy it.",
        ),
        Reason.HEAD_UNREADABLE: _both(
            "Le début de ce disque ne se lit pas, rien ne dit que ce n'est pas une clé Rebond : essayez un autre port, sinon détruisez-le.",
            "The beginning of this drive cannot be read, nothing tells it from a Rebond stick: try another port, or destroy it.",
        ),
        Reason.NOT_CONFIRMED: _both(
            "La relecture contredit l'effacement : mettez ce disque de côté et prévenez le chef d'atelier.",
            "The second read contradicts the erasure: set this drive aside and tell the workshop lead.",
        ),
        Reason.STILL_FOUND: _both(
            "La relecture retrouve des témoins posés avant l'effacement : mettez ce disque de côté et prévenez le chef d'atelier.",
            "The second read still finds canaries planted before the erasure: set this drive aside and tell the workshop lead.",
        ),
        Reason.NOT_READ_WHOLE: _both(
            "La relecture n'a pas tout lu : recommencez-la sur un autre port, sinon prévenez le chef d'atelier.",
            "The second read did not read everything: start it again on another port, or tell the workshop lead.",
        ),
    }
)
