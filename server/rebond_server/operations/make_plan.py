"""Making a plan: freeze what is known, compute, keep both. A plan allocates nothing."""

from rebond_server.domain.allocation import plan
from rebond_server.domain.allocation.input import canonical, fingerprint
from rebond_server.domain.policy import Permission
from rebond_server.operations.caps import one_at_a_time
from rebond_server.operations.history import tell
from rebond_server.operations.plan_source import plan_source
from rebond_server.operations.work import ActorKind, Work
from rebond_server.store.allocation import PlanRow
from rebond_server.store.base import plain
from rebond_server.store.ids import uuid7


def make_plan(work: Work) -> PlanRow:
    """Propose who gets what, from the stock and the requests of this moment."""
    work.require(Permission.PLAN)
    one_at_a_time(work)
    source = canonical(plan_source(work))
    output = plan(source, work.now)
    row = PlanRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        made=work.now,
        made_by=work.actor.id if work.actor.kind is ActorKind.ACCOUNT else None,
        input_sha256=fingerprint(source),
        input=plain(source),
        output=plain(output),
    )
    work.session.add(row)
    work.session.flush()
    tell(
        work,
        "make_plan",
        ("plan", row.id),
        new=row.input_sha256,
        details={"devices": len(source.devices), "proposed": len(output.assignments)},
    )
    return row
