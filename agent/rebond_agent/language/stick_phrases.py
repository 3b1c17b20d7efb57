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
    HELP_UNATTENDED = (
        "efface tous les disques internes, si un ordre signé le permet pour cet ordinateur",
        "erase all built-in drives, where a signed order allows it for this computer",
    )
    HELP_LINK = (
        "adresse du serveur, ou tout le texte du code QR",
        "address of the server, or the whole text of the QR code",
    )
