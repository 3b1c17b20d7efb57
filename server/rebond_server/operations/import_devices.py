"""Importing a list of devices that are here: phones, screens, what a colleague wrote down."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from rebond_server.domain.intake.columns import Column
from rebond_server.domain.intake.item import Fault, Item
from rebond_server.domain.intake.judging import Line, LineVerdict
from rebond_server.domain.placeholder import meaningful
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.asset_tag import in_turn
from rebond_server.operations.history import tell
from rebond_server.operations.import_sheet import Said, Trial, refuse_bad_lines, try_file
from rebond_server.operations.lots import lot_by_code, no_point, points
from rebond_server.operations.take_in import MOBILE, add_device
from rebond_server.operations.work import Work
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import Intake

NOTES = (
    "donor_tag",
    "imei",
    "activation_lock",
    "battery_percent",
    "value_cents",
    "acquired",
)
"""What people note; a blank cell says nothing and takes nothing away."""


@dataclass
class _Here:
    """What the workshop knows of the devices that a file names."""

    by_key: dict[str, Device] = field(default_factory=dict)
    by_tag: dict[str, Device] = field(default_factory=dict)
    by_number: dict[str, set[Device]] = field(default_factory=dict)
    by_imei: dict[str, Device] = field(default_factory=dict)
    notes: dict[object, Intake] = field(default_factory=dict)
    points: dict[str, object] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def device(self, key: str, item: Item) -> Device | None:
        """Return the device that a line speaks of: by key, tag, IMEI, or a number of its own."""
        if key in self.by_key:
            return self.by_key[key]
        if item.tag is not None:
            return self.by_tag.get(item.tag)
        if item.imei is not None and item.imei in self.by_imei:
            return self.by_imei[item.imei]
        for number in (meaningful(item.donor_tag), meaningful(item.serial)):
            same = self.by_number.get(number or "", set())
            if len(same) == 1:
                return next(iter(same))
        return None


def try_devices(work: Work, lot_code: str, raw: bytes, said: Said) -> Trial:
    """Say what importing these devices would do; nothing is written."""
    work.require(Permission.RECEIVE_DEVICE)
    return _try(work, lot_by_code(work, lot_code), raw, said)[0]


def import_devices(
    work: Work, lot_code: str, raw: bytes, said: Said, *, only_good: bool = False
) -> Trial:
    """Take in the devices of a file: all, or the good lines only. The same file again adds none."""
    work.require(Permission.RECEIVE_DEVICE)
    in_turn(work)
    lot = lot_by_code(work, lot_code)
    trial, here = _try(work, lot, raw, said)
    if not only_good:
        refuse_bad_lines(trial)
    for line in trial.lines:
        _keep(work, lot, here, line)
    work.session.flush()
    counts: dict[str, object] = {one.value: trial.count(one) for one in LineVerdict}
    tell(work, "import_devices", ("lot", lot.id), new=lot.code, details=counts)
    return trial


def _keep(work: Work, lot: Lot, here: _Here, line: Line) -> None:
    if line.item is None or line.key is None:
        return
    if line.verdict is LineVerdict.NEW:
        add_device(work, line.item, lot, key=line.key)
    elif line.verdict is LineVerdict.CHANGED:
        device = here.device(line.key, line.item)
        assert device is not None  # noqa: S101 - what changed is here; tells the type checker
        _note(work, lot, here, device, line)


def _note(work: Work, lot: Lot, here: _Here, device: Device, line: Line) -> None:
    notes = here.notes.get(device.id) or Intake(
        site_id=work.site_id, id=uuid7(work.now), device_id=device.id, lot_id=lot.id, key=line.key
    )
    changed = _differences(here, notes, line.item) if line.item is not None else {}
    for name, value in changed.items():
        setattr(notes, name, value)
    work.session.add(notes)
    device.changed = work.now
    work.session.flush()
    # The values stay out of history: an IMEI may lead to a person.
    tell(work, "note_intake", ("device", device.id), new=", ".join(sorted(changed)))


def _differences(here: _Here, notes: Intake | None, item: Item) -> dict[str, object]:
    told = {name: getattr(item, name) for name in NOTES}
    told["point_id"] = None if item.point is None else here.points[item.point.casefold()]
    return {
        name: value
        for name, value in told.items()
        if value is not None and (notes is None or getattr(notes, name) != value)
    }


def _try(work: Work, lot: Lot, raw: bytes, said: Said) -> tuple[Trial, _Here]:
    here = _Here()

    def standing(key: str, item: Item) -> LineVerdict:
        device = here.device(key, item)
        if device is None:
            return LineVerdict.NEW
        differs = _differences(here, here.notes.get(device.id), item)
        return LineVerdict.CHANGED if differs else LineVerdict.KNOWN

    def prepare(items: list[Item]) -> tuple[object, object]:
        _look(work, lot, here, items)
        return standing, lambda item: _refusal(here, lot, item)

    return try_file(raw, said, lot, prepare), here  # type: ignore[arg-type]  # closures of the very types


def _refusal(here: _Here, lot: Lot, item: Item) -> Fault | None:
    if item.point is not None and item.point.casefold() not in here.points:
        return Fault(column=Column.POINT, sentence=no_point(item.point, here.names))
    if item.imei is not None and item.kind not in MOBILE:
        sentence = Sentence(
            fr="Un IMEI ne va qu'avec un smartphone, une tablette ou une clé 4G.",
            en="An IMEI belongs to a smartphone, a tablet or a 4G key only.",
        )
        return Fault(column=Column.IMEI, sentence=sentence)
    tagged = None if item.tag is None else here.by_tag.get(item.tag)
    same_imei = None if item.imei is None else here.by_imei.get(item.imei)
    if tagged is not None and tagged.lot_id != lot.id:
        return Fault(column=Column.TAG, sentence=_elsewhere(tagged.tag))
    if same_imei is not None and (
        same_imei.lot_id != lot.id or item.tag not in {None, same_imei.tag}
    ):
        return Fault(column=Column.IMEI, sentence=_elsewhere(same_imei.tag))
    return None


def _elsewhere(tag: str) -> Sentence:
    return Sentence(
        fr=f"{tag} est déjà dans l'atelier, ailleurs que dans ce lot ou sous une autre étiquette.",
        en=f"{tag} is in the workshop already, outside this lot or under another tag.",
    )


def _look(work: Work, lot: Lot, here: _Here, items: Sequence[Item]) -> None:
    """Fill in what is known of the lot's devices, and of the tags and IMEIs that the file names."""
    for point in points(work, lot):
        here.points[point.name.casefold()] = point.id
        here.names.append(point.name)
    tags = {item.tag for item in items if item.tag is not None}
    imeis = {item.imei for item in items if item.imei is not None}
    rows = work.session.execute(
        select(Device, Intake)
        .outerjoin(Intake, (Intake.site_id == Device.site_id) & (Intake.device_id == Device.id))
        .where(
            Device.site_id == work.site_id,
            or_(
                Device.lot_id == lot.id,
                Intake.lot_id == lot.id,
                Device.tag.in_(tags),
                Intake.imei.in_(imeis),
            ),
        )
    )
    for device, notes in rows:
        here.by_tag[device.tag] = device
        if notes is not None:
            _add_notes(here, lot, device, notes)
        serial = meaningful(device.serial)
        if device.lot_id == lot.id and serial is not None:
            here.by_number.setdefault(serial, set()).add(device)


def _add_notes(here: _Here, lot: Lot, device: Device, notes: Intake) -> None:
    here.notes[device.id] = notes
    if notes.imei is not None:
        here.by_imei[notes.imei] = device
    if notes.key is not None and notes.lot_id == lot.id:
        here.by_key[notes.key] = device
    number = meaningful(notes.donor_tag)
    if device.lot_id == lot.id and number is not None:
        here.by_number.setdefault(number, set()).add(device)
