"""The texts of the wipe command's choices: French, English."""

from enum import Enum, unique


@unique
class ErasePhrase(Enum):
    """What the options of an erasure do."""

    HELP_LEVEL = (
        "niveau demandé : clear, ou purge (le disque s'efface lui-même, sinon rien)",
        "level asked for: clear, or purge (the drive erases itself, else nothing is done)",
    )
    HELP_NO_FIRMWARE = (
        "réécrire seulement, sans les commandes d'effacement du disque",
        "overwrite only, without the drive's own erase commands",
    )
    HELP_SUSPEND = (
        "mettre le PC en veille 5 secondes si le BIOS a gelé un disque",
        "suspend the PC for 5 seconds when the BIOS froze a drive",
    )
    HELP_FINISH = (
        "essayer le mot de passe « Rebond » sur un disque qu'un effacement coupé a laissé verrouillé",
        'try the password "Rebond" on a drive that a cut erasure left locked',
    )
    HELP_PSID = (
        "PSID de l'étiquette (32 caractères) d'un disque verrouillé par TCG Opal, un seul disque à la fois",
        "PSID on the label (32 characters) of a drive that TCG Opal locks, one drive at a time",
    )
    HELP_UNKNOWN_CONTENT = (
        "numéro de série entier d'un disque dont aucun outil ne reconnaît le contenu, lu sur son étiquette",
        "whole serial number, from its label, of a drive whose content no tool recognises",
    )
    HELP_FULL_READ = (
        "relire le disque entier après un effacement interne, et non un échantillon",
        "read all of the drive after its own erasure, instead of a sample",
    )
    STARTS_IN = (
        "Départ dans {seconds} s (Ctrl-C annule)",
        "Starts in {seconds} s (Ctrl-C cancels)",
    )
    NOT_STARTED = ("Annulé : rien n'a été touché.", "Cancelled: nothing was touched.")
    PAUSED = (
        "En pause : Ctrl-Z reprend, Ctrl-C arrête.",
        "Paused: Ctrl-Z goes on, Ctrl-C stops.",
    )
    GOES_ON = ("Reprise.", "Going on.")
