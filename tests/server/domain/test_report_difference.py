"""A device probed again: what changed is said, what is unknown is no change."""

from devices import LAPTOP, SSD
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rebond_schemas.facts import Battery, Facts, Memory, NetworkInterface
from rebond_server.domain.report_difference import report_difference

MODEL = "Samsung SSD 860 EVO 250GB"
OTHER = replace(SSD, identity=replace(SSD.identity, serial="S3YJNB0KOTHER"))


def told(after, before=LAPTOP):
    return [one.fr for one in report_difference(before, after)]


def test_the_same_report_says_nothing():
    assert told(LAPTOP) == []
    assert told(Facts()) == ["Disque retiré : Samsung SSD 860 EVO 250GB S3YJNB0K512345D",
                             "Batteries : 1 → 0"]  # fmt: skip


def test_memory_and_drive_as_people_say_it():
    less = replace(LAPTOP, memory=Memory(installed_mib=4096), drives=(OTHER,))
    assert told(less) == [
        "Mémoire : 8 Gio → 4 Gio",
        f"Disque remplacé : {MODEL} S3YJNB0K512345D → {MODEL} S3YJNB0KOTHER",
    ]
    assert told(replace(LAPTOP, drives=(SSD, OTHER)))[0].startswith("Disque de plus")


def test_what_else_changes():
    one = replace(
        LAPTOP,
        batteries=(Battery(health_percent=90.0),),
        network=(NetworkInterface(name="eth0", mac="d4:81:d7:aa:bb:01"),),
    )
    after = replace(
        one,
        batteries=(Battery(health_percent=61.0),),
        network=(NetworkInterface(name="eth0", mac="d4:81:d7:aa:bb:02"),),
        firmware=replace(one.firmware, version="1.40"),
        board=replace(one.board, serial="PF0OTHER"),
    )
    assert told(after, one) == [
        "Série : PF0XYZ12 → PF0OTHER",
        "Carte réseau remplacée",
        "Batterie : 90 % → 61 %",
    ]


@given(st.integers(0, 99), st.integers(0, 99))
def test_back_again_tells_as_many_changes(before, after):
    one, other = (replace(LAPTOP, memory=Memory(installed_mib=n * 1024)) for n in (before, after))
    assert len(report_difference(one, other)) == len(report_difference(other, one))
