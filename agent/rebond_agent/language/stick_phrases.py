"""Texts of enrolment, of the stick's orders and of its delivery: French, English."""

from enum import Enum


class StickPhrase(Enum):
    """Every text about the stick itself."""

    SIX_WORDS = (
        "Les mêmes six mots doivent être sur l'écran du chef d'atelier :\n\n    {words}\n",
        "The same six words must be on the workshop lead's screen:\n\n    {words}\n",
    )
    SAME_WORDS = ("Sont-ils les mêmes ? [o/N] ", "Are they the same? [y/N] ")
    HELP_FINGERPRINT = (
        "empreinte de l'autorité du serveur, affichée à côté du code",
        "fingerprint of the server's authority, shown beside the code",
    )
    ORDERED = (
        "Ordre de l'atelier ({lot}) : {level}, lecture de contrôle {percent} %.",
        "Order of the workshop ({lot}): {level}, read back {percent} %.",
    )
    DESTROY = (
        "Le donateur demande la destruction : après l'effacement, sortez les disques.",
        "The donor asks for destruction: take the drives out after the erasure.",
    )
    EVERY_LOT = ("tous les lots", "every lot")
    HELP_REREAD = (
        "relire les disques que le serveur a tirés au sort, sans rien écrire",
        "read the drives that the server drew by lot once more, writing nothing",
    )
    HELP_READER = (
        "qui relit : une autre personne que celle qui a effacé",
        "who reads: somebody else than who erased",
    )
    HELP_READ_IMAGE = ("image à relire comme un disque", "image to read like a drive")
    NOTHING_TO_READ = (
        "Le serveur ne demande aucune relecture sur cette machine.",
        "The server asks for no second read in this machine.",
    )
    OTHER_STICK = (
        "{count} disque(s) attendent une autre clé : celle-ci les a effacés.",
        "{count} drive(s) wait for another stick: this one erased them.",
    )
    HELP_UNATTENDED = (
        "efface tous les disques internes, si un ordre signé le permet pour cet ordinateur",
        "erase all built-in drives, where a signed order allows it for this computer",
    )
    HELP_LINK = (
        "adresse du serveur, ou tout le texte du code QR",
        "address of the server, or the whole text of the QR code",
    )
