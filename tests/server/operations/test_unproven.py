"""Every operation, tried with a device whose drives are unknown: none leads to a new owner."""

import inspect
import itertools
import pkgutil
from importlib import import_module
from uuid import uuid4

import pytest
from bench import LAPTOP, account, another, device_of, enrolled, graded, receipt, send
from moments import NOON, later
from msgspec.structs import replace
from sqlalchemy.exc import DBAPIError

import rebond_server.operations as house
from rebond_schemas.plan import Hold
from rebond_schemas.plan_law import Kind
from rebond_schemas.plan_output import Assigned
from rebond_server.domain.errors import Refused
from rebond_server.domain.grading import Letter
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.lot import PlaceKind
from rebond_server.domain.platform import Statut
from rebond_server.domain.role import Role
from rebond_server.domain.voucher import code_sha256
from rebond_server.operations import hold_device, step
from rebond_server.operations.accept_limits import accept_limits
from rebond_server.operations.act_on_tags import BulkAction, act_on_tags
from rebond_server.operations.allocate_directly import allocate_directly
from rebond_server.operations.confirm_assignment import confirm_assignment, confirm_plan
from rebond_server.operations.confirm_grades import confirm_grades
from rebond_server.operations.destroy_drives import destroy_drives
from rebond_server.operations.examine_by_hand import examine_by_hand, witness_reset
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.hand_over import hand_over
from rebond_server.operations.holds import record_hold
from rebond_server.operations.import_devices import import_devices
from rebond_server.operations.issue_certificate import issue_certificate
from rebond_server.operations.load_demonstration import load_demonstration
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.place_device import give_to, move_device, record_place
from rebond_server.operations.platform_changes import apply_changes
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.replace_device import allocate_replacement, replace_under_warranty
from rebond_server.operations.settle_doubt import same_device, two_devices
from rebond_server.operations.take_in import take_in
from rebond_server.operations.undo_assignment import undo_assignment
from rebond_server.operations.undo_bulk import undo
from rebond_server.operations.waste import Shipment, devices_left
from rebond_server.operations.withdraw_device import withdraw_device
from rebond_server.operations.witness import (
    witness_destruction,
    witness_erased_elsewhere,
    witness_no_media,
)
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.allocation import Assignment, PlanRow
from rebond_server.store.base import plain
from rebond_server.store.demand import Request
from rebond_server.store.device import Device, DriveRow
from rebond_server.store.hold import HoldRow, Replacement
from rebond_server.store.record import BulkAct
from rebond_server.store.voucher import Voucher

FORBIDDEN = {State.WIPED, State.GRADED, State.ALLOCATED, State.RELEASED}


def drive_of(work, device_id):
    return work.session.query(DriveRow.id).filter_by(device_id=device_id).first()[0]


def tag_of(work, device_id):
    return work.session.get(Device, (work.site_id, device_id)).tag


def voucher_of(work, target):
    """Return the code of a voucher that stands for the target's request."""
    request = work.session.get(Request, (work.site_id, target.request))
    voucher = Voucher(
        site_id=work.site_id, id=uuid4(), request_id=request.id, programme_id=request.programme_id,
        office="", number="ESSAI", rank=1, issued=work.now, expires=work.now.date(),
        code_sha256=code_sha256("BON-ESSAI"),
    )  # fmt: skip
    work.session.add(voucher)
    work.session.flush()
    return "BON-ESSAI"


def replacement_of(work, target):
    """Return an offer of the target's device in the place of another that came back."""
    other = work.session.query(Device).filter(Device.id != target.device).first()
    returned = Assignment(
        site_id=work.site_id, id=uuid4(), device_id=other.id, request_id=target.request,
        reasons=[], confirmed=work.now, confirmed_by=work.person(), closed=work.now,
    )  # fmt: skip
    hold = HoldRow(
        site_id=work.site_id, id=uuid4(), kind=Hold.PIN, device_id=target.device,
        request_id=target.request, reason="essai", made=work.now, made_by=work.person(),
    )  # fmt: skip
    work.session.add_all([returned, hold])
    work.session.flush()
    offer = Replacement(
        site_id=work.site_id, id=uuid4(), returned_id=returned.id, hold_id=hold.id,
        part={"name": "pc", "wishes": [{"kinds": ["laptop"]}]},
    )  # fmt: skip
    work.session.add(offer)
    work.session.flush()
    return offer.id


TRIED = {
    "look_after_end": lambda w, t: hold_device.look_after_end(w, t.device, "essai"),
    "hold_device": lambda w, t: hold_device.hold_device(w, t.device, "essai"),
    "resume_device": lambda w, t: hold_device.resume_device(w, t.device, "essai"),
    "scrap_device": lambda w, t: hold_device.scrap_device(w, t.device, "essai"),
    "take_back": lambda w, t: hold_device.take_back(w, t.device, "essai"),
    "replace_under_warranty": lambda w, t: replace_under_warranty(w, t.device, "essai"),
    "allocate_replacement": lambda w, t: allocate_replacement(w, replacement_of(w, t)),
    "allocate_directly": lambda w, t: allocate_directly(
        w,
        w.session.get(Device, (w.site_id, t.device)),
        w.session.get(Request, (w.site_id, t.request)),
    ),
    "confirm_grade": lambda w, t: confirm_grade(w, t.device, Letter.A, "essai"),
    "confirm_grades": lambda w, _: confirm_grades(w),
    "put_in_lot": lambda w, t: put_in_lot(w, [t.device], "collecte-2021"),
    "make_plan": lambda w, _: make_plan(w),
    "confirm_assignment": lambda w, t: confirm_assignment(w, t.plan, t.device),
    "confirm_plan": lambda w, t: confirm_plan(w, t.plan),
    "undo_assignment": lambda w, t: undo_assignment(w, t.device, "essai"),
    "hand_over": lambda w, t: hand_over(w, t.request, [t.device], "essai"),
    "accept_limits": lambda w, t: accept_limits(w, drive_of(w, t.device), "essai"),
    "issue_certificate": lambda w, t: issue_certificate(w, t.device),
    "witness_no_media": lambda w, t: witness_no_media(w, t.device, "essai"),
    "withdraw_device": lambda w, t: withdraw_device(w, voucher_of(w, t), tag_of(w, t.device)),
    "record_hold": lambda w, t: record_hold(w, Hold.LOCK, t.device, t.request, "essai"),
    "witness_reset": lambda w, t: witness_reset(w, t.device, "essai"),
    "examine_by_hand": lambda w, t: examine_by_hand(w, t.device, Letter.A, "essai"),
    "witness_erased_elsewhere": lambda w, t: witness_erased_elsewhere(
        w, drive_of(w, t.device), "essai"
    ),
    "witness_destruction": lambda w, t: witness_destruction(w, drive_of(w, t.device), "essai"),
    "destroy_drives": lambda w, t: destroy_drives(w, t.device, "essai"),
    "same_device": lambda w, t: same_device(w, t.device, graded_beside(w, t), "essai"),
    "two_devices": lambda w, t: two_devices(w, t.device, graded_beside(w, t), "essai"),
    "undo": lambda w, t: undo(w, act_of(w, t)),
    "devices_left": lambda w, t: devices_left(w, [tag_of(w, t.device)], TRUCK),
    "move_device": lambda w, t: move_device(
        w, t.device, record_place(w, "S1", PlaceKind.SITE, "").code
    ),
    "give_to": lambda w, t: give_to(w, t.device, "essai-lead"),
    "take_in": lambda w, t: take_in(w, Item(kind=Kind.SCREEN, tag=tag_of(w, t.device))),
    **{
        f"apply_changes {word}": lambda w, t, word=word: apply_changes(
            w, f"idMaterielReconditionneur;statut\n{tag_of(w, t.device)};{word}".encode()
        )
        for word in Statut
    },
    "import_devices": lambda w, t: import_devices(
        w,
        "collecte-2021",
        f"Genre;Étiquette;Batterie\nécran;{tag_of(w, t.device)};50".encode(),
        {},
    ),
} | {
    f"act_on_tags {action}": lambda w, t, a=action: act_on_tags(w, a, tag_of(w, t.device), "essai")
    for action in BulkAction
}
"""By name: every operation that takes a device, or may reach one."""


TRUCK = Shipment(left=NOON.date(), code="160214", carrier="x", destination="73282932000074")


def graded_beside(work, target):
    """Return another device; its erasure is proven."""
    found = work.session.query(Device).filter(Device.id != target.device).first()
    return (
        uuid4() if found is None else found.id
    )  # two people saw the drive destroyed: they are one


def act_of(work, target):
    """Return an act that pretends to have found the device graded."""
    item = {"device": str(target.device), "place": None, "lot": None, "state": "graded"}
    act = BulkAct(
        site_id=work.site_id, id=uuid4(), action="hold", goal="x", items=[item], at=work.now,
        by=work.actor.id,
    )  # fmt: skip
    with work.session.no_autoflush:
        work.session.add(act)
        work.session.flush()
    return act.id


def asked(event):
    return lambda work, target: step.by_person(work, step.device_of(work, target.device), event)


def drawn(event, role):
    return lambda work, target: step.from_evidence(
        work, step.device_of(work, target.device), event, role
    )


TRIED |= {f"by_person {event}": asked(event) for event in Event}
TRIED |= {
    f"from_evidence {event} {role}": drawn(event, role)
    for event in Event
    for role in (Role.AGENT, Role.LEAD, Role.OFFICER)
}

ELSEWHERE = {
    # about people, sticks and settings
    "account_by_login", "authenticate", "change_password", "change_role", "close_account",
    "close_login", "create_account", "end_all_logins", "enrol_stick", "find_login",
    "issue_enrolment_code", "load_demonstration", "open_login", "remember_failure", "revoke_stick",
    "too_fast", "touch_login", "unload_lot", "tell", "tell_all", "told", "by_stick",
    # about lots, labels and places, before any device is there
    "record_lot", "record_donor", "record_agreement", "lot_by_code", "intake_lot", "origin_of",
    "points", "point_named", "agreement", "donor", "print_labels", "is_free", "tags_given", "in_turn",
    "claim", "tag_of_imei", "record_place", "place_named", "where", "import_annex", "try_annex",
    "try_devices", "keep_upload", "kept_upload", "reconcile_lot", "unit_values",
    # parts of `take_in`, which is tried
    "add_device", "add_serial_key", "take_in_again",
    # what evidence does, tried in test_receive_statement
    "receive_statement", "project", "settle_device", "judge_erasure", "record_inventory",
    "device_for", "grade_device", "drive_seen", "next_tag", "begin_cycle", "settle_again", "word_again", "withdraw_contradicted",
    # second reads, tried in test_rereads: they draw drives, tell what was read, and only ever hold a device
    "draw_rereads", "read_again", "set_aside", "give_read_order", "was_ordered",
    # the health of stored drives: parts of `settle_device` and of `regrade_batch`
    "health_of", "judge_again", "keep_again", "next_devices", "latest_grades", "grades_by", "names_of",
    # only reading
    "statement_of", "inventory_of", "erasure_of", "inspection_of", "device_of", "open_assignment",
    "evidence_faults", "faults", "history_faults", "contradictions", "make_checkpoint",
    "picture", "plan_source", "proposed_lines", "differences", "recomputed",
    # lets go of names, logins and attempts, never of a device
    "purge",
    # sealed statements and statements in doubt, tried in test_parcels and test_doubt
    "receive_parcel", "receive_part", "forget_parts", "hold_on_arrival", "doubt_since", "hold", "decide",
    "believe", "trust_again", "words_compared", "renew_stick", "stick_of", "answer_stick", "publish_agent",
    # orders and what benches tell, tried in test_wipe_order and test_bench
    "import_parcel", "doubts", "withdraw_doubted", "require_what_was_asked", "short_of_what_was_asked", "record_policy", "policy_for", "row_of", "policy_in_force", "give_order", "asked_by", "device_of_run", "order_named", "hear", "benches",
    # about rules and grades: a grade moves no device, and confirming one is tried
    "adopt_rules", "adoptions", "simulate", "regrade_batch", "row_values", "declared_of",
    "latest_opinion", "declare", "checks_by_hand", "checks_of", "note_repair", "try_changes",
    "server_state", "note_job",
    # about the demand: organisations, programmes, requests, files, vouchers, passes; no device is named
    "record_organisation", "organisation", "record_programme", "programme", "record_territory",
    "territories", "record_shares", "record_given_before", "record_request", "request_of",
    "request_by_class_list", "entries", "pair_with_list", "close_request", "see_proof", "note_answer",
    "issue_vouchers", "lapse_vouchers", "lapse_every_night", "withdraw_voucher", "standing_voucher", "record_batch",
    "record_use", "import_uses", "plan_stock", "plan_device", "given_devices", "plan_lot",
    "plan_programme", "holds_now", "standing_holds", "lift_hold", "try_plan", "one_at_a_time",
    "refuse_over_cap", "refuse_served", "terms_of", "lot_of", "refuse_partial_kits", "import_files", "see_proof_of_many",
    # about names and signatures, apart from devices
    "keep_name", "keep_signature", "read_signature", "find_people", "erase_person",
    # one machine or two: parts of `same_device`, which is tried, and of test_reprobes
    "recognise", "note_doubts", "told_apart", "prints", "add_keys", "count_keys_anew", "join",
    "may_join", "take_apart", "take_apart_now", "later_join", "pair_of", "doubt_again", "undo_join",
    "move_evidence", "tag_then", "wear",
    # what was done in bulk: parts of `undo`, which is tried
    "before", "remember", "undoable",
    # about tokens, second factors, saved filters, the register of waste
    "make_token", "revoke_token", "find_program", "touch_token", "tokens", "enrol", "remove", "takes",
    "fitting_step", "keep_view", "forget_view", "views_of", "parts_left", "weigh", "withdraw",
    # files beside devices, lots and agreements
    "attach", "attachments", "attachment", "detach",
    # only reading, too
    "changes_since_last", "contradicted", "paper_numbered", "paper_of", "papers_of", "doubts_of_typed",
    # papers of a lot: they tell what stands, and a transfer only moves, as `move_device` does
    "certify_lot", "count_reuse", "transfer_lot", "head_of", "keep_paper",
    # answers what was scanned; who is left to be served
    "scan", "remaining",
    # about spare parts
    "take_out", "inside", "taken", "scrap_part",
    "add_parts", "move_part", "use_part", "stock_of", "better", "plan_repairs", "donated",
}  # fmt: skip


class Target:
    """A device that is not erased, a request, and a plan that somebody forged for the two."""

    def __init__(self, device, request, plan):
        self.device, self.request, self.plan = device, request, plan


@pytest.fixture
def target(workshop):
    with workshop.work(command_line(Role.OFFICER), NOON) as work:
        load_demonstration(work)
    stick = enrolled(workshop)
    graded(workshop, stick, account(workshop, Role.LEAD), another(1))
    stick.boot()
    unknown = device_of(workshop, receipt(send(workshop, stick.inventory())).device)
    officer = account(workshop, Role.OFFICER)
    with workshop.work(officer, NOON) as work:
        honest = make_plan(work)
        request = work.session.query(Request).first()
        line = Assigned(
            device=str(unknown.id), request=request.code, part="pc", wish=0,
            over_specification=0, tier=1,
        )  # fmt: skip
        forged = PlanRow(
            site_id=work.site_id,
            id=uuid4(),
            made=later(1),
            made_by=officer.id,
            input_sha256=honest.input_sha256,
            input=honest.input,
            output=honest.output | {"assignments": [plain(line)]},
        )
        work.session.add(forged)
    return Target(unknown.id, request.id, forged.id)


def test_every_operation_is_listed():
    """An operation that is written tomorrow is tried here, or said why not."""
    found = set()
    for module in pkgutil.iter_modules(house.__path__):
        known = import_module(f"{house.__name__}.{module.name}")
        found |= {
            name
            for name, one in inspect.getmembers(known, inspect.isfunction)
            if one.__module__ == known.__name__
            and not name.startswith("_")
            and "work" in inspect.signature(one).parameters
        }

    assert found == {name.split()[0] for name in TRIED} | ELSEWHERE


def test_no_operation_leads_past_the_wipe(workshop, target):
    actors = [account(workshop, role, f"essai-{role}") for role in Role if role is not Role.AGENT]
    actors += [command_line(role) for role in Role]
    starts = (State.RECEIVED, State.EXAMINED, State.HELD)
    for name, before, actor in itertools.product(TRIED, starts, [*actors, NOBODY]):
        place(workshop, target.device, before)
        try:
            with workshop.work(actor, later(2)) as work:
                TRIED[name](work, target)
        except (Refused, DBAPIError):
            pass
        assert standing(workshop, target) not in FORBIDDEN, (name, before, actor)

    with workshop.work(NOBODY, later(3), reading=True) as work:
        assert work.session.query(Assignment).filter_by(device_id=target.device).count() == 0


def place(workshop, device_id, state):
    with workshop.work(NOBODY, NOON) as work:
        work.session.get(Device, (work.site_id, device_id)).state = state


def standing(workshop, target):
    with workshop.work(NOBODY, later(2), reading=True) as work:
        return work.session.get(Device, (work.site_id, target.device)).state


def test_a_device_without_any_drive_is_not_wiped(workshop):
    stick = enrolled(workshop)
    tag = receipt(send(workshop, stick.inventory(replace(LAPTOP, drives=())))).device

    assert device_of(workshop, tag).state is State.EXAMINED
