"""A part has a life of its own: in a device, in a drawer, in another device, thrown away."""

import pytest
from bench import LAPTOP, account, device_of, enrolled, receipt, send
from moments import NOON
from msgspec.structs import replace

from rebond_schemas.facts import Memory, MemoryModule
from rebond_server.domain.part import PartKind, Spec
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations import parts
from rebond_server.store.part import PartState
from rebond_server.store.queries.parts import part_list, part_page, parts_in, stock_counts

MODULES = tuple(
    MemoryModule(size_mib=4096, kind="DDR4", form="SODIMM", serial=f"2F01A7B{n}", soldered=False)
    for n in range(2)
)


@pytest.fixture
def bench(workshop):
    facts = replace(LAPTOP, memory=Memory(installed_mib=8192, modules=MODULES))
    tag = receipt(send(workshop, enrolled(workshop).inventory(facts))).device
    return device_of(workshop, tag), account(workshop, Role.TECHNICIAN)


def test_a_module_leaves_a_device_and_goes_into_another(workshop, bench):
    device, who = bench
    with workshop.work(who, NOON) as work:
        loose = [one.id for one in parts.inside(work, device) if one.kind is PartKind.MEMORY]
        row = parts.take_out(work, device.tag, loose[0], "tiroir 3")
        assert (row.serial, row.state) == ("2F01A7B0", PartState.STOCK)
        left = [one.id for one in parts.inside(work, device) if one.kind is PartKind.MEMORY]
        assert left == loose[1:]
        with pytest.raises(BadValue, match="n'y est pas"):
            parts.take_out(work, device.tag, loose[0], "tiroir 3")
        parts.use_part(work, row.id, device.id)
        assert [one.part_id for one in parts_in(work.session, work.site_id, device.id)] == [row.id]
        parts.move_part(work, row.id, "tiroir 4")
        parts.scrap_part(work, row.id, "ne démarre pas")
        with pytest.raises(BadValue, match="jetée"):
            parts.move_part(work, row.id, "tiroir 5")
        part_id = row.id
    with workshop.work(who, NOON, reading=True) as work:
        page = part_page(work.session, work.site_id, part_id)
        verbs = {event.verb for event in page.history}
        assert verbs == {"add_part", "use_part", "move_part", "scrap_part"}
        assert stock_counts(work.session, work.site_id)[PartKind.MEMORY][PartState.SCRAPPED] == 1


def test_the_stock_is_found_by_kind_and_text(workshop, bench):
    _, who = bench
    with workshop.work(who, NOON) as work:
        parts.add_parts(work, PartKind.CHARGER, Spec(type="Dell"), "étagère 100%_A", 3)
        parts.add_parts(work, PartKind.BATTERY, Spec(type="L16C3P52", size=88.5), "étagère B")
        site, session = work.site_id, work.session
        assert len(part_list(session, site)) == 4
        assert len(part_list(session, site, kind=PartKind.CHARGER)) == 3
        assert len(part_list(session, site, text="100%_a")) == 3
        assert len(part_list(session, site, text="10_")) == 0
        assert len(part_list(session, site, state=PartState.USED)) == 0
