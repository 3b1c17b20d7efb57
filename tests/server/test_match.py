"""`rebond match A.json B.json`: score, verdict and reasons of two inventory statements."""

from devices import LAPTOP, inventory
from msgspec.structs import replace

from rebond_schemas.codec import encode
from rebond_server.cli import main

BLANK = replace(LAPTOP.board, serial="To be filled by O.E.M.", uuid=None, board_serial=None)


def compared(tmp_path, capsys, one, other, language="fr"):
    for name, facts in (("A", one), ("B", other)):
        (tmp_path / f"{name}.json").write_bytes(encode(inventory(facts)))
    paths = [str(tmp_path / "A.json"), str(tmp_path / "B.json")]
    assert main(["--language", language, "match", *paths]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_same_machine_again(tmp_path, capsys):
    lines = compared(tmp_path, capsys, LAPTOP, LAPTOP)
    assert lines[0].endswith("same, le même appareil")
    assert "+60 numéro de série : concorde (fort)" in lines


def test_two_blank_serials_stay_two(tmp_path, capsys):
    facts = replace(LAPTOP, board=BLANK, drives=(), network=())
    lines = compared(tmp_path, capsys, facts, facts, "en")
    assert lines == ["score 10: different, two devices", "+10 model: agrees (weak)"]


def test_another_board_in_the_same_case_is_a_doubt(tmp_path, capsys):
    one = replace(LAPTOP, board=replace(LAPTOP.board, board_serial="BOARD-A1"))
    other = replace(LAPTOP, board=replace(LAPTOP.board, board_serial="BOARD-B2"))
    lines = compared(tmp_path, capsys, one, other)
    assert "doubtful" in lines[0]
    assert "-30 numéro de la carte mère : contredit (fort)" in lines


def test_what_is_no_inventory_is_refused_with_a_sentence(tmp_path, capsys):
    (tmp_path / "A.json").write_text("{}")
    assert main(["match", str(tmp_path / "A.json"), str(tmp_path / "none.json")]) == 1
    assert "A.json ne se lit pas" in capsys.readouterr().err
    (tmp_path / "A.json").write_bytes(encode(inventory()))
    assert main(["match", str(tmp_path / "A.json"), str(tmp_path / "none.json")]) == 1
    assert "none.json" in capsys.readouterr().err
