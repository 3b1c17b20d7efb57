"""What one more unit for a request would take, asked of the newest plan."""

from rebond_server.domain.allocation.ask import Answer, Asking
from rebond_server.domain.allocation.input import canonical
from rebond_server.domain.allocation.stock import stock
from rebond_server.domain.sentence import Sentence
from rebond_server.store.queries.plan_page import PlanPage


def what_it_takes(page: PlanPage, code: str) -> Sentence:
    """Return the answer in words; losers are named by their organisation."""
    prepared = stock(canonical(page.input), page.output.made)
    units = {one.request: one.served for one in page.output.outcomes}
    answer = Asking(prepared, units).one_more(code)
    if answer is None:
        return Sentence(
            fr="Le solveur n'est pas installé ici : rien ne peut être calculé.",
            en="The solver is not installed here: nothing can be computed.",
        )
    return _told(page, answer)


def _told(page: PlanPage, answer: Answer) -> Sentence:
    if not answer.possible:
        return Sentence(
            fr="Aucun plan permis par les règles ne donne une unité de plus : il faudrait d'autres "
            "appareils, un dossier complet ou une autre décision.",
            en="No plan that the rules allow gives one more unit: it would take other devices, a "
            "complete file or another decision.",
        )
    if not answer.losers:
        return Sentence(
            fr="Une unité de plus ne prendrait rien à personne : seul l'ordre publié des critères "
            "l'écarte. Recalculez le plan.",
            en="One more unit would take nothing from anybody: only the published order of criteria "
            "stands between. Make the plan again.",
        )
    losers = sorted(answer.losers.items(), key=lambda one: (-one[1], one[0]))
    fr = ", ".join(f"{_amount(loss, ',')} à {_named(page, name)}" for name, loss in losers)
    en = ", ".join(f"{_amount(loss, '.')} from {_named(page, name)}" for name, loss in losers)
    return Sentence(fr=f"Une unité de plus prendrait {fr}.", en=f"One more unit would take {en}.")


def _amount(loss: float, sign: str) -> str:
    return f"{loss:.2f}".rstrip("0").rstrip(".").replace(".", sign)


def _named(page: PlanPage, code: str) -> str:
    known = page.requests.get(code)
    return code if known is None else f"{known.organisation} ({code})"
