"""What the lead is to settle, in words: the cause, what it means, the one next action."""

from typing import NamedTuple

from rebond_server.domain.sentence import Sentence
from rebond_server.store.queries.triage_reasons import Cause


class Words(NamedTuple):
    """One cause as the page tells it."""

    name: Sentence
    meaning: Sentence
    action: Sentence


CAUSES: dict[Cause, Words] = {
    Cause.DRIVE_IN_DOUBT: Words(
        Sentence(fr="Disques à examiner", en="Drives to examine"),
        Sentence(
            fr="Ni bons, ni en panne : effacer puis relever, ou remplacer.",
            en="Neither good nor failing: wipe and probe again, or replace.",
        ),
        Sentence(fr="Examiner le disque", en="Examine the drive"),
    ),
    Cause.FAILED_WIPE: Words(
        Sentence(fr="Effacements en échec", en="Failed wipes"),
        Sentence(
            fr="Le disque n'a pas pu être effacé, ou la relecture y a trouvé autre chose.",
            en="The drive could not be erased, or something else was read back.",
        ),
        Sentence(fr="Remplacer ou détruire le disque", en="Replace or destroy the drive"),
    ),
    Cause.LIMITED_WIPE: Words(
        Sentence(fr="Effacements avec limites", en="Wipes with limits"),
        Sentence(
            fr="Effacé et relu, sauf ce que disent les limites.",
            en="Erased and read back, but for what the limits say.",
        ),
        Sentence(fr="Accepter les limites, avec une raison", en="Accept the limits, with a reason"),
    ),
    Cause.UNVERIFIED_WIPE: Words(
        Sentence(fr="Effacements non prouvés", en="Wipes not proven"),
        Sentence(
            fr="Un effacement a commencé, mais il ne prouve pas que tout est effacé.",
            en="A wipe began, but does not prove that everything is erased.",
        ),
        Sentence(fr="Relancer l'effacement", en="Erase again"),
    ),
    Cause.DOUBTFUL_FACT: Words(
        Sentence(fr="Catégories en attente d'un fait", en="Grades that wait for a fact"),
        Sentence(
            fr="La catégorie dépend de ce que personne n'a encore regardé.",
            en="The grade depends on what nobody has looked at yet.",
        ),
        Sentence(fr="Compléter les tests ou classer", en="Complete the checks or grade"),
    ),
    Cause.COMPONENT_LOST: Words(
        Sentence(
            fr="Pièces disparues depuis le relevé d'avant", en="Parts gone since the report before"
        ),
        Sentence(
            fr="Retirée, morte ou débranchée : le relevé suivant le dira.",
            en="Taken out, dead or loose: the next report will tell.",
        ),
        Sentence(fr="Chercher la pièce puis relever", en="Look for the part, then probe again"),
    ),
    Cause.SEEN_AFTER_END: Words(
        Sentence(fr="Vus après leur sortie", en="Seen after they left"),
        Sentence(
            fr="Un relevé est arrivé d'un appareil remis ou réformé : il est revenu, ou une clé livre tard.",
            en="A report came of a device that was released or scrapped: it is back, or a stick delivers late.",
        ),
        Sentence(fr="Reprendre, ou dire ce que c'était", en="Take back, or say what it was"),
    ),
    Cause.OVERDUE: Words(
        Sentence(fr="Sans nouvelle depuis deux semaines", en="No step for two weeks"),
        Sentence(
            fr="Rien ne s'est passé depuis : oublié sur une étagère ?",
            en="Nothing has happened since: forgotten on a shelf?",
        ),
        Sentence(fr="Reprendre ou réformer", en="Take up or scrap"),
    ),
}
