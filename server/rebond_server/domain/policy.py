"""Who may do what: one table and one function, shared by the screens and the interface."""

from enum import StrEnum

from msgspec import Struct

from rebond_server.domain.errors import Forbidden
from rebond_server.domain.lifecycle import Event
from rebond_server.domain.role import TITLES, Role, titles
from rebond_server.domain.sentence import Sentence


class Permission(StrEnum):
    """One thing that a person, or a stick, may be allowed to do."""

    VIEW_DEVICE = "view_device"
    SEARCH = "search"
    VIEW_QUEUE = "view_queue"
    VIEW_PLAN = "view_plan"
    VIEW_REPORTS = "view_reports"
    VIEW_PERSONAL_DATA = "view_personal_data"
    INGEST = "ingest"
    RECEIVE_DEVICE = "receive_device"
    CONFIRM_GRADE = "confirm_grade"
    CHANGE_GRADE = "change_grade"
    HOLD = "hold"
    RESUME = "resume"
    SCRAP = "scrap"
    DESTROY_DRIVES = "destroy_drives"
    ACCEPT_LIMITS = "accept_limits"
    WITNESS = "witness"
    DRAW_REREADS = "draw_rereads"
    ISSUE_CERTIFICATE = "issue_certificate"
    MERGE_DEVICES = "merge_devices"
    MANAGE_LOTS = "manage_lots"
    MANAGE_PROGRAMMES = "manage_programmes"
    MANAGE_REQUESTS = "manage_requests"
    PLAN = "plan"
    CONFIRM_PLAN = "confirm_plan"
    DEALLOCATE = "deallocate"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    ENROL_STICK = "enrol_stick"
    REVOKE_STICK = "revoke_stick"
    MANAGE_RULES = "manage_rules"
    MANAGE_USERS = "manage_users"
    VIEW_HEALTH = "view_health"


_P = Permission
_T, _L, _O, _A, _G = Role.TECHNICIAN, Role.LEAD, Role.OFFICER, Role.ADMIN, Role.AGENT

# Separation (research: security-reliability §3.3): who keeps users and keys neither allocates nor
# releases; who wipes and grades does not choose the beneficiary; who chooses the beneficiary does
# not judge the device; only who hands over sees a person's name.
TABLE: dict[Permission, frozenset[Role]] = {
    _P.VIEW_DEVICE: frozenset({_T, _L, _O, _A}),
    _P.SEARCH: frozenset({_T, _L, _O, _A}),
    _P.VIEW_QUEUE: frozenset({_T, _L}),
    _P.VIEW_PLAN: frozenset({_L, _O}),
    _P.VIEW_REPORTS: frozenset({_L, _O, _A}),
    _P.VIEW_PERSONAL_DATA: frozenset({_O}),
    _P.INGEST: frozenset({_G}),
    _P.RECEIVE_DEVICE: frozenset({_T, _L}),
    _P.CONFIRM_GRADE: frozenset({_T, _L}),
    _P.CHANGE_GRADE: frozenset({_L}),
    _P.HOLD: frozenset({_T, _L}),
    _P.RESUME: frozenset({_L}),
    _P.SCRAP: frozenset({_L}),
    _P.DESTROY_DRIVES: frozenset({_T, _L}),
    _P.ACCEPT_LIMITS: frozenset({_L}),
    _P.WITNESS: frozenset({_T, _L}),
    _P.DRAW_REREADS: frozenset({_L}),
    _P.ISSUE_CERTIFICATE: frozenset({_T, _L}),
    _P.MERGE_DEVICES: frozenset({_L}),
    _P.MANAGE_LOTS: frozenset({_L, _O}),
    _P.MANAGE_PROGRAMMES: frozenset({_O}),
    _P.MANAGE_REQUESTS: frozenset({_O}),
    _P.PLAN: frozenset({_O}),
    _P.CONFIRM_PLAN: frozenset({_O}),
    _P.DEALLOCATE: frozenset({_O}),
    _P.HAND_OVER: frozenset({_O}),
    _P.TAKE_BACK: frozenset({_T, _L}),
    _P.ENROL_STICK: frozenset({_L, _A}),
    _P.REVOKE_STICK: frozenset({_L, _A}),
    _P.MANAGE_RULES: frozenset({_L}),
    _P.MANAGE_USERS: frozenset({_A}),
    _P.VIEW_HEALTH: frozenset({_L, _A}),
}

# What a person needs for a step of a device's life. The steps that are missing here (a report, a
# wipe, a drive found) are drawn from evidence by the server: nobody can ask for them.
FOR_EVENT: dict[Event, Permission] = {
    Event.CONFIRM_GRADE: _P.CONFIRM_GRADE,
    Event.ALLOCATE: _P.CONFIRM_PLAN,
    Event.DEALLOCATE: _P.DEALLOCATE,
    Event.HAND_OVER: _P.HAND_OVER,
    Event.TAKE_BACK: _P.TAKE_BACK,
    Event.HOLD: _P.HOLD,
    Event.RESUME: _P.RESUME,
    Event.SCRAP: _P.SCRAP,
    Event.DESTROY_DRIVES: _P.DESTROY_DRIVES,
}


class Decision(Struct, frozen=True, kw_only=True):
    """Yes, or no with the reason."""

    ok: bool
    reason: Sentence | None = None


def allowed(role: Role, permission: Permission) -> Decision:
    """Say whether this role may do this; a refusal names who may."""
    able = TABLE[permission]
    if role in able:
        return Decision(ok=True)
    who, others = TITLES[role], titles(able)
    return Decision(
        ok=False,
        reason=Sentence(
            fr=f"Le rôle « {who.fr} » n'a pas le droit « {permission.value} » ; "
            f"demandez à : {others.fr}.",
            en=f"The {who.en} may not {permission.value}; ask: {others.en}.",
        ),
    )


def require(role: Role, permission: Permission) -> None:
    """Raise Forbidden with the reason when this role may not do this."""
    decision = allowed(role, permission)
    if decision.reason is not None:
        raise Forbidden(decision.reason)
