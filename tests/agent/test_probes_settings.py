"""What firmware drivers publish (passwords, anti-theft) and what product numbers tell of the keyboard."""

import pytest

from rebond_agent.checks.fake import ScriptedMachine
from rebond_agent.probes import firmware, layout
from rebond_agent.probes.settings import FOLDER, ask_agents, ask_password
from rebond_schemas.facts import Board

DMI = b"Handle 0x0000, DMI type 11, 5 bytes\nOEM Strings\n\tString 1: Computrace\n"


def machine(driver, passwords, attributes=None, dmi=None):
    root = f"{FOLDER}/{driver}"
    attributes = attributes or {}
    files = {f"{root}/authentication/{n}/is_enabled": [v] for n, v in passwords.items()}
    files |= {f"{root}/attributes/{n}/current_value": [v] for n, v in attributes.items()}
    folders = {
        FOLDER: [[driver]],
        f"{root}/authentication": [list(passwords)],
        f"{root}/attributes": [list(attributes)],
    }
    programs = {"dmidecode": [dmi]} if dmi else {}
    return ScriptedMachine(programs=programs, files=files, folders=folders)


@pytest.mark.parametrize(
    ("driver", "passwords", "locked"),
    [
        ("dell-wmi-sysman", {"Admin": b"0\n", "System": b"0\n"}, False),
        ("dell-wmi-sysman", {"Admin": b"1\n", "System": b"0\n"}, True),
        ("thinklmi", {"Admin": b"0\n", "Power-on": b"1\n"}, True),
        ("thinklmi", {"Admin": b"0\n", "Power-on": b"0\n", "NVMe": b"1\n"}, False),
        ("hp-bioscfg", {"Setup Password": b"1\n", "Power-on Password": b"0\n"}, True),
        ("hp-bioscfg", {"SPM": b"1\n"}, None),
        ("thinklmi", {"Admin": b"maybe"}, None),
        ("thinklmi", {}, None),
    ],
)
def test_passwords_that_lock_the_setup(driver, passwords, locked):
    """A drive's own password is told by the drive."""
    assert ask_password(machine(driver, passwords)) is locked


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"AbsolutePersistenceModuleActivation": b"Enable\n"}, ("AbsolutePersistenceModuleActivation: Enable",)),
        ({"AbsolutePersistenceModuleActivation": b"PermanentlyDisable\n"}, ()),
        ({"Absolute": b"Enabled"}, ("Absolute: Enabled",)),
        ({"Absolute": b"PermanentlyDisabled"}, ()),
        ({"Absolute": b"Disabled", "Persistence": b"Off"}, ()),
        ({"WakeOnLan": b"Enabled"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_anti_theft_agents_that_are_not_off(attributes, told):
    assert ask_agents(machine("x", {}, attributes)) == told


def test_the_driver_knows_better_than_the_table_written_at_the_factory():
    from rebond_agent.machine import Completed  # noqa: PLC0415 - used once

    dmi = Completed(command=("dmidecode",), outcome="ok", exit_status=0, output=DMI)
    quiet = machine("dell-wmi-sysman", {"Admin": b"1"}, {"Absolute": b"Disabled"}, dmi)
    answer = firmware.probe(quiet)

    assert answer.facts.firmware.anti_theft == ()
    assert answer.facts.firmware.setup_password is True
    assert answer.sources["firmware.setup_password"].status == "measured"
    alone = firmware.probe(machine("dell-wmi-sysman", {}, {}, dmi))
    assert alone.facts.firmware.anti_theft == ("Absolute / Computrace",)


@pytest.mark.parametrize(
    ("board", "region", "expected"),
    [
        (Board(maker="HP", sku="T9X21EA#ABF"), None, "azerty_fr"),
        (Board(maker="HP", sku="1FW23EA#UUG"), None, "azerty_be"),
        (Board(maker="HP", sku="L8T61ES#ABD"), None, "qwertz_de"),
        (Board(maker="HP", sku="T9X21EA#ZZZ"), None, None),
        (Board(maker="HP", sku="T9X21EA"), None, None),
        (Board(maker="Lenovo", model="20L50000FR"), None, "azerty_fr"),
        (Board(maker="Lenovo", model="20AA0009UK"), None, "qwerty_gb"),
        (Board(maker="Lenovo", model="20HMS0AB00"), None, None),
        (Board(maker="Lenovo", model="20AACTO1WW"), None, None),
        (Board(maker="Dell", model="20L50000FR"), None, None),
        (Board(maker="Google", model="Drobit"), "fr.aabb", "azerty_fr"),
        (Board(maker="Google"), "nordic", None),
        (Board(), None, None),
    ],
)
def test_the_country_in_a_product_number(board, region, expected):
    assert layout.parse_layout(board, region) == expected
