"""A person declares: defects, a bounded correction, a processor's mark, a charger; then it is graded."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rebond_server.domain.condition import Plain
from rebond_server.domain.defects import appearance_of
from rebond_server.domain.fact_registry import DECLARED, DELTAS, REGISTRY, SEEN
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.ids import uuid7
from rebond_server.store.rule_set import Opinion

DECLARE = "declare"
MOST_DELTA = 2
"""Points up or down that a person may give; the rule file may allow less."""


def declare(
    work: Work,
    device_id: UUID,
    declared: Mapping[str, Plain],
    defects: Sequence[str],
    reason: str,
) -> Opinion:
    """Keep what a person says, instead of what was said before; a correction is the lead's.

    What was tried by hand (`check_…`) is added to what was tried before: the latest word on each counts.

    Raises BadValue for a fact that is not a person's to tell, a value that it cannot take, a defect
    that is not in the list, or no reason.
    """
    work.require(Permission.CONFIRM_GRADE)
    device = device_of(work, device_id)
    if DELTAS & set(declared):
        work.require(Permission.CHANGE_GRADE)
    values = {name: _value(name, value) for name, value in declared.items()}
    if defects:
        values["appearance"] = _appearance(defects)
    row = Opinion(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=device.id,
        cycle=device.cycle,
        declared=values,
        defects=list(defects),
        reason=reason_given(reason),
        made=work.now,
        by=work.person(),
    )
    work.session.add(row)
    details: dict[str, Any] = {"declared": values, "defects": list(defects)}
    tell(work, DECLARE, ("device", device.id), reason=row.reason, details=details)
    work.session.flush()
    if device.inventory_id is not None:  # of what no stick boots, no evidence says otherwise
        settle_again(work, device)
    return row


def _value(name: str, value: Plain) -> Plain:
    if name not in DECLARED | SEEN:
        raise BadValue(
            Sentence(
                fr=f"« {name} » se mesure et ne se déclare pas.",
                en=f"“{name}” is measured, not declared.",
            )
        )
    try:
        rank = REGISTRY[name].rank(value)
    except ValueError as error:
        raise BadValue(Sentence(fr=f"{name} : {error}", en=f"{name}: {error}")) from None
    if name in DELTAS and abs(rank) > MOST_DELTA:
        raise BadValue(
            Sentence(
                fr=f"Une correction va de -{MOST_DELTA} à +{MOST_DELTA}.",
                en=f"A correction is between -{MOST_DELTA} and +{MOST_DELTA}.",
            )
        )
    return value


def _appearance(defects: Sequence[str]) -> str:
    found = appearance_of(defects)
    if found is None:
        raise BadValue(
            Sentence(fr="Ce défaut n'est pas dans la liste.", en="This defect is not in the list.")
        )
    return found
