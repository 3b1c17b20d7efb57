"""A good laptop as an inventory with its checks, to be altered by the tests."""

from uuid import UUID

from erasures import CLEAN, HDD, moment
from msgspec.structs import replace

from rebond_schemas.facts import (
    Battery,
    Board,
    ChassisKind,
    DriveIdentity,
    DriveKind,
    Equipment,
    Facts,
    Firmware,
    Memory,
    NetworkInterface,
    Processor,
)
from rebond_schemas.inspection import Check, Result
from rebond_schemas.statement import Agent, Inventory
from rebond_server.domain.fact_registry import CHECKS

SSD = replace(
    HDD,
    kind=DriveKind.SSD,
    rotation_rpm=0,
    identity=DriveIdentity(
        model="Samsung SSD 860 EVO 250GB", serial="S3YJNB0K512345D", size_bytes=250_059_350_016
    ),
    smart=replace(CLEAN, wear_used_percent=4.0),
)
LAPTOP = Facts(
    board=Board(maker="LENOVO", model="20L50000FR", serial="PF0XYZ12", chassis=ChassisKind.LAPTOP),
    firmware=Firmware(tpm_version="2.0", setup_password=False),
    processor=Processor(name="i5-8250U", cores=4, threads=8, year=2017, x86_64_level=3),
    memory=Memory(installed_mib=8192, usable_mib=7800),
    drives=(SSD,),
    drives_hidden=False,
    batteries=(Battery(design_mwh=48000, full_mwh=41000),),
    network=(NetworkInterface(name="wlp3s0", kind="wifi"),),
    equipment=(Equipment(kind="webcam", present=True),),
)
PASSED = (
    *(Check(name=name, result=Result.PASS, by="Amina") for name in CHECKS),
    Check(name="appearance", result=Result.PASS, by="Amina", note="A"),
)


def inventory(facts=LAPTOP, **changes):
    """Return the statement that carries these facts."""
    values = {
        "format": 1,
        "id": UUID(int=11),
        "run": UUID(int=2),
        "site": UUID(int=3),
        "stick": UUID(int=4),
        "sequence": 1,
        "previous": None,
        "made": moment(1),
        "agent": Agent(name="rebond-agent", version="0.1.0"),
        "facts": facts,
    }
    return Inventory(**(values | changes))
