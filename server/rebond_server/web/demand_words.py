"""Words of the demand: categories of recipients, bases of shares, proofs and steps, holds, questions."""

from rebond_schemas.plan import Base, Hold
from rebond_schemas.plan_law import Category
from rebond_server.domain.sentence import Sentence

CATEGORIES: dict[Category, Sentence] = {
    Category.PARENTS_ASSOCIATION: Sentence(
        fr="association de parents d'élèves", en="parents' association"
    ),
    Category.SCHOOL_SUPPORT_ASSOCIATION: Sentence(
        fr="association de soutien scolaire", en="school support association"
    ),
    Category.STUDENT_ASSOCIATION: Sentence(
        fr="association d'étudiants", en="students' association"
    ),
    Category.PUBLIC_UTILITY_ASSOCIATION: Sentence(
        fr="association reconnue d'utilité publique", en="association of public utility"
    ),
    Category.GENERAL_INTEREST_ASSOCIATION: Sentence(
        fr="association d'intérêt général pour les personnes en précarité",
        en="association of general interest for people in precarity",
    ),
    Category.ESUS: Sentence(fr="entreprise ESUS de réemploi", en="ESUS reuse enterprise"),
    Category.ASSOCIATION: Sentence(fr="autre association", en="other association"),
    Category.PUBLIC_BODY: Sentence(fr="personne publique", en="public body"),
    Category.COMPANY: Sentence(fr="entreprise", en="company"),
}
BASES: dict[Base, Sentence] = {
    Base.READY: Sentence(fr="des appareils prêts", en="of devices that are ready"),
    Base.COLLECTED: Sentence(fr="des appareils collectés", en="of devices collected"),
    Base.RELEASED: Sentence(fr="des appareils remis", en="of devices handed over"),
}
PROOFS: dict[str, Sentence] = {
    "training_certificate": Sentence(fr="attestation de formation", en="training certificate"),
    "withdrawal_voucher": Sentence(fr="bon de retrait", en="withdrawal voucher"),
    "owns_no_smartphone": Sentence(fr="ne possède pas de smartphone", en="owns no smartphone"),
    "training_booked": Sentence(fr="place en formation réservée", en="seat in a training booked"),
    "scholarship": Sentence(fr="notification de bourse", en="scholarship notice"),
    "diagnosis": Sentence(fr="diagnostic numérique", en="digital diagnosis"),
    "pass_given": Sentence(fr="Pass numérique remis", en="Pass numérique handed over"),
    "training_prescribed": Sentence(fr="formation prescrite", en="training prescribed"),
    "training_followed": Sentence(fr="formation suivie", en="training followed"),
}
HOLDS: dict[Hold, Sentence] = {
    Hold.PIN: Sentence(fr="épingler", en="pin"),
    Hold.FORBID: Sentence(fr="écarter", en="set apart"),
    Hold.LOCK: Sentence(fr="réserver", en="reserve"),
}
VOUCHER_STATES: dict[str, tuple[Sentence, str, str]] = {
    "standing": (Sentence(fr="valable", en="valid"), "plain", "→"),
    "used": (Sentence(fr="retiré", en="used"), "good", "✓"),
    "lapsed": (Sentence(fr="n'est plus valable", en="no longer valid"), "warn", "!"),
}
QUESTIONS: dict[str, Sentence] = {
    "satisfaction": Sentence(
        fr="Êtes-vous satisfait·e de la formation ?", en="Are you satisfied with the training?"
    ),
    "usefulness": Sentence(
        fr="Le smartphone vous est-il utile depuis la formation ?",
        en="Has the smartphone been useful since the training?",
    ),
}
MARKS: dict[int, Sentence] = {
    1: Sentence(fr="pas du tout", en="not at all"),
    2: Sentence(fr="peu", en="a little"),
    3: Sentence(fr="assez", en="fairly"),
    4: Sentence(fr="beaucoup", en="very much"),
}


def proof_name(name: str) -> Sentence:
    """Return a proof or step in words; one that the table lacks is shown as it came."""
    return PROOFS.get(name, Sentence(fr=name, en=name))
