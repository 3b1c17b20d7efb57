"""The server's command line, as a person and as `scripts/start` use it."""

import subprocess
import sys

import pytest
import warm

from rebond_server.cli import VERBS
from rebond_server.rules.load import DRIVE_HEALTH, GRADING, rule_text

PASSWORD = "une phrase assez longue"


@pytest.fixture
def rebond(database_url, scratch):
    """Give a function that runs `rebond` on an empty database of its own."""
    own = {"REBOND_VAR": str(scratch / "var"), "REBOND_DATABASE_URL": database_url}
    return lambda *words, given="": warm.rebond(words, own, given)


def test_from_nothing_to_a_table(rebond):
    early = rebond("table")
    assert early.returncode == 1
    assert "rebond init" in early.stderr

    for words in (
        ("init", "--site", "Atelier d'essai"),
        ("init",),
        ("demonstration",),
        ("demonstration",),
    ):
        assert rebond(*words).returncode == 0, words
    for login, role in (("nadia", "lead"), ("louis", "officer")):
        made = rebond("create-account", login, "--role", role, given=f"{PASSWORD}\n")
        assert made.returncode == 0, made.stderr
    twice = rebond("create-account", "nadia", "--role", "lead", given=f"{PASSWORD}\n")
    assert (twice.returncode, "déjà pris" in twice.stderr) == (1, True)

    assert len(rebond("enrol-code").stdout.strip()) == 10
    assert rebond("confirm-grades", "--as", "nadia").returncode == 0
    assert rebond("plan", "--as", "louis").returncode == 0
    refused = rebond("--language", "en", "plan", "--as", "nadia")
    assert (refused.returncode, "ask: allocation officer" in refused.stderr) == (1, True)
    assert rebond("plan", "--as", "personne").returncode == 1
    assert rebond("confirm-plan", "--as", "louis").returncode == 0
    assert rebond("table").stdout.startswith("appareil")
    assert rebond("verify").stdout == ""


def test_every_verb_says_what_it_does_in_two_languages():
    assert all(" / " in verb.help for verb in VERBS.values())
    command = [sys.executable, "-m", "rebond_server", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert all(f"\n    {name}" in told for name in VERBS)


def test_rules_are_checked_tried_adopted_and_the_stock_graded_again(rebond, tmp_path):
    for words in (("init",), ("demonstration",)):
        assert rebond(*words).returncode == 0
    rebond("create-account", "nadia", "--role", "lead", given=f"{PASSWORD}\n")
    text = rule_text(GRADING)
    right, wrong = tmp_path / "right.toml", tmp_path / "wrong.toml"
    right.write_text(text.replace('version = "2026-11b"', 'version = "essai"'))
    wrong.write_text(text.replace('"memory_installed"', '"memori_installed"', 1))
    line = text.splitlines().index('fact = "memory_installed"') + 1

    assert "se tiennent" in rebond("check-rules", str(right)).stdout
    refused = rebond("check-rules", str(wrong))
    assert refused.returncode == 1
    assert f"Ligne {line}" in refused.stderr
    assert "memori_installed" in refused.stderr
    absent = rebond("check-rules", str(tmp_path / "absent.toml"))
    assert absent.returncode == 1
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# r\xe8gles\n" + text.encode())
    refused = rebond("check-rules", str(latin))
    assert (refused.returncode, "Ligne 1 : l'octet 0xe8" in refused.stderr) == (1, True)
    health = tmp_path / "health.toml"
    health.write_text(rule_text(DRIVE_HEALTH))
    assert "se tiennent" in rebond("check-rules", str(health)).stdout

    tried = rebond("try-rules", str(right), "--as", "nadia")
    assert (tried.returncode, tried.stdout.split()[0]) == (0, "0")
    adopted = rebond("adopt-rules", str(right), "--as", "nadia", "--reason", "essai")
    assert adopted.returncode == 0, adopted.stderr
    assert "essai" in adopted.stdout
    again = rebond("regrade", "--as", "nadia")
    assert again.returncode == 0, again.stderr
    assert "reclassés" in again.stdout
