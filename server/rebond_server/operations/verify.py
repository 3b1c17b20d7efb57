"""Checking everything that the workshop holds: history, evidence, receipts, verdicts."""

from collections.abc import Iterator, Sequence

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.checkpoint import contradictions
from rebond_server.operations.recompute import differences
from rebond_server.operations.verify_evidence import evidence_faults
from rebond_server.operations.verify_history import history_faults
from rebond_server.operations.work import Work
from rebond_server.store.database import file_faults


def faults(work: Work, checkpoints: Sequence[str] = ()) -> Iterator[Sentence]:
    """Yield one sentence for each damaged file or row, as it is found; nothing when all is sound.

    Verdicts, states and grades are computed again only from sound evidence: damage is told first.
    """
    sound = True
    for checks in (
        (Sentence(fr=line, en=line) for line in file_faults(work.session)),
        history_faults(work),
        (fault for text in checkpoints for fault in contradictions(work, text)),
        evidence_faults(work),
    ):
        for fault in checks:
            sound = False
            yield fault
    if not sound:
        yield Sentence(
            fr="Les verdicts ne sont pas recalculés : réparez d'abord ce qui précède.",
            en="Verdicts are not computed again: repair the above first.",
        )
        return
    for line in differences(work):
        yield Sentence(fr=line, en=line)
