"""Which door each view stands behind. A view that is not in this table does not exist."""

from enum import StrEnum

from rebond_server.domain.policy import Permission


class Door(StrEnum):
    """Doors that no role opens."""

    OPEN = "open"
    """Style, script, icon, heartbeat: the same for everybody, nobody is looked up."""
    PUBLIC = "public"
    SIGNED_IN = "signed in"
    STICK = "signed by a stick"
    """The interface of the agent: its operation verifies a signature, or a one-time code."""


_P, _D = Permission, Door

TABLE: dict[str, Permission | Door] = {
    "static": _D.OPEN,
    "bootstrap.static": _D.OPEN,
    "api.health": _D.OPEN,
    "api.take_statement": _D.STICK,
    "api.take_parcel": _D.STICK,
    "api.take_part": _D.STICK,
    "api.authority": _D.OPEN,
    "api.enrol": _D.STICK,
    "login.page": _D.PUBLIC,
    "login.enter": _D.PUBLIC,
    "login.choose_language": _D.PUBLIC,
    "login.choose_theme": _D.PUBLIC,
    "login.leave": _D.SIGNED_IN,
    "home.page": _P.SEARCH,
    "home.search": _P.SEARCH,
    "scan.page": _P.SEARCH,
    "scan.take": _P.SEARCH,
    "label.page": _P.VIEW_DEVICE,
    "label.sheet": _P.VIEW_DEVICE,
    "device.index": _P.VIEW_DEVICE,
    "device.page": _P.VIEW_DEVICE,
    "device.confirm_grade": _P.CONFIRM_GRADE,
    "device.hold": _P.HOLD,
    "device.resume": _P.RESUME,
    "device.scrap": _P.SCRAP,
    "device.destroy_drives": _P.DESTROY_DRIVES,
    "device.deallocate": _P.DEALLOCATE,
    "device.take_back": _P.TAKE_BACK,
    "proof.accept": _P.ACCEPT_LIMITS,
    "proof.no_media": _P.WITNESS,
    "proof.destroyed": _P.WITNESS,
    "proof.issue": _P.ISSUE_CERTIFICATE,
    "proof.paper": _P.VIEW_DEVICE,
    "proof.public": _D.PUBLIC,
    "proof.check": _D.PUBLIC,
    "lot.index": _P.VIEW_DEVICE,
    "lot.page": _P.VIEW_DEVICE,
    "lot.export": _P.VIEW_DEVICE,
    "lot.export_devices": _P.VIEW_DEVICE,
    "lot.create": _P.MANAGE_LOTS,
    "lot.create_donor": _P.MANAGE_LOTS,
    "lot.create_agreement": _P.MANAGE_LOTS,
    "intake.annex": _P.MANAGE_LOTS,
    "intake.try_annex_file": _P.MANAGE_LOTS,
    "intake.apply_annex": _P.MANAGE_LOTS,
    "intake.devices": _P.RECEIVE_DEVICE,
    "intake.try_device_file": _P.RECEIVE_DEVICE,
    "intake.apply_devices": _P.RECEIVE_DEVICE,
    "intake.page": _P.RECEIVE_DEVICE,
    "intake.receive": _P.RECEIVE_DEVICE,
    "intake.labels": _P.RECEIVE_DEVICE,
    "intake.bulk": _P.RECEIVE_DEVICE,
    "intake.act": _P.RECEIVE_DEVICE,
    "intake.place_list": _P.RECEIVE_DEVICE,
    "intake.add_place": _P.RECEIVE_DEVICE,
    "grading.lift": _P.VIEW_DEVICE,
    "grading.repairs": _P.CHANGE_GRADE,
    "grading.rules": _P.MANAGE_RULES,
    "grading.try_rules": _P.MANAGE_RULES,
    "grading.adopt": _P.MANAGE_RULES,
    "grading.regrade": _P.MANAGE_RULES,
    "queue.page": _P.VIEW_QUEUE,
    "sameness.page": _P.VIEW_QUEUE,
    "sameness.join": _P.MERGE_DEVICES,
    "sameness.apart": _P.MERGE_DEVICES,
    "sameness.doubt_again": _P.MERGE_DEVICES,
    "sameness.undo": _P.MERGE_DEVICES,
    "stick.page": _P.ENROL_STICK,
    "stick.issue_code": _P.ENROL_STICK,
    "stick.revoke": _P.REVOKE_STICK,
    "plan.page": _P.VIEW_PLAN,
    "plan.run": _P.PLAN,
    "plan.confirm_line": _P.CONFIRM_PLAN,
    "plan.confirm_all": _P.CONFIRM_PLAN,
    "plan.explained": _P.VIEW_PLAN,
    "request.index": _P.VIEW_PLAN,
    "request.page": _P.VIEW_PLAN,
    "request.hand_over": _P.HAND_OVER,
    "handover.page": _P.VIEW_PLAN,
    "handover.sheet": _P.HAND_OVER,
    "report.index": _P.VIEW_REPORTS,
    "report.page": _P.VIEW_REPORTS,
    "report.devices": _P.VIEW_REPORTS,
    "report.volume": _P.VIEW_REPORTS,
    "report.annex": _P.VIEW_REPORTS,
    "view.keep": _P.SEARCH,
    "view.forget": _P.SEARCH,
    "user.page": _P.MANAGE_USERS,
    "user.create": _P.MANAGE_USERS,
    "user.give_role": _P.MANAGE_USERS,
    "user.give_password": _P.MANAGE_USERS,
    "user.close": _P.MANAGE_USERS,
}
