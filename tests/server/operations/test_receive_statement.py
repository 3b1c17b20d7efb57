"""What comes from a stick: verified, kept, read, filed; garbage and forgeries leave no device."""

from bench import device_of, enrolled, receipt, send

from conftest import NOON
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.operations.answers import Status
from rebond_server.operations.work import command_line
from rebond_server.store.queries.device_page import device_page


def test_one_laptop_from_inventory_to_grade(workshop):
    stick = enrolled(workshop)
    answer = send(workshop, stick.inventory())
    assert answer.status is Status.CREATED
    tag = receipt(answer).device
    assert tag == "RB-000001"
    assert device_of(workshop, tag).state is State.EXAMINED

    send(workshop, stick.erasure())
    send(workshop, stick.inspection())

    device = device_of(workshop, tag)
    assert device.state is State.WIPED
    with workshop.work(command_line(Role.LEAD), NOON, reading=True) as work:
        page = device_page(work.session, work.site_id, device.id)
    assert page.sanitised
    assert [drive.verdict.value for drive in page.drives] == ["cleared"]
    assert page.grade.overall in {"A", "B", "C"}
    assert page.grade.reasons or page.grade.overall == "A"
    verbs = [line.verb for line in page.history]
    assert verbs[-1] == "receive_device"
    assert {"ingest_report", "judge_erasure", "confirm_wipe", "grade"} <= set(verbs)
