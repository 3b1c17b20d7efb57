"""What a comparison of two machines says, in words."""

from rebond_server.domain.identity import Match, Sameness, Sign
from rebond_server.domain.sentence import Sentence

DECISIONS: dict[Sameness, Sentence] = {
    Sameness.SAME: Sentence(fr="le même appareil", en="the same device"),
    Sameness.DOUBTFUL: Sentence(
        fr="un doute, à trancher par une personne", en="a doubt, for a person to settle"
    ),
    Sameness.DIFFERENT: Sentence(fr="deux appareils", en="two devices"),
}

SIGNS: dict[str, Sentence] = {
    "serial": Sentence(fr="numéro de série", en="serial number"),
    "uuid": Sentence(fr="UUID du micrologiciel", en="firmware UUID"),
    "board_serial": Sentence(fr="numéro de la carte mère", en="serial number of the board"),
    "macs": Sentence(fr="cartes réseau", en="network cards"),
    "drives": Sentence(fr="disques", en="drives"),
    "modules": Sentence(fr="barrettes mémoire", en="memory modules"),
    "batteries": Sentence(fr="batteries", en="batteries"),
    "model": Sentence(fr="modèle", en="model"),
}


def told(found: Match) -> tuple[Sentence, ...]:
    """Return score, verdict and one line for each sign; say so when nothing could be compared."""
    word = DECISIONS[found.decision]
    head = Sentence(
        fr=f"score {found.score} : {found.decision.value}, {word.fr}",
        en=f"score {found.score}: {found.decision.value}, {word.en}",
    )
    if not found.reasons:
        return head, Sentence(
            fr="aucun signe commun : rien ne prouve que c'est le même",
            en="no sign in common: nothing proves that it is the same",
        )
    return head, *(sign_sentence(sign) for sign in found.reasons)


def sign_sentence(sign: Sign) -> Sentence:
    """Return one sign with its weight, and whether it agrees or contradicts."""
    name = SIGNS[sign.name]
    agrees = sign.weight > 0
    strength = Sentence(fr="fort", en="strong") if sign.strong else Sentence(fr="faible", en="weak")
    return Sentence(
        fr=f"{sign.weight:+d} {name.fr} : {'concorde' if agrees else 'contredit'} ({strength.fr})",
        en=f"{sign.weight:+d} {name.en}: {'agrees' if agrees else 'contradicts'} ({strength.en})",
    )
