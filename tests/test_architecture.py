"""The house stands as drawn: imports point one way, modules stay small, tests patch nothing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agent/rebond_agent", "server/rebond_server", "schemas/rebond_schemas")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST = 300
FORBIDDEN_WORDS = re.compile(
    r"comme neuf|état neuf|etat neuf|à neuf|like new|unrecoverable|irrécupérable|military"
    r"|certified erasure|effacement certifié",
    re.IGNORECASE,
)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    path = ":".join(str(folder / package.split("/")[0]) for package in PACKAGES)
    return subprocess.run(
        [sys.executable, str(program), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def copy_of_the_house(folder: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_imports_point_one_way(tmp_path):
    """The contracts of pyproject.toml hold on a copy of the sources."""
    result = lint_imports(copy_of_the_house(tmp_path))

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("server/rebond_server/domain/lifecycle.py", "import flask"),
        ("server/rebond_server/domain/verdict.py", "import sqlalchemy"),
        ("server/rebond_server/domain/grading.py", "from rebond_server.store import device"),
        ("agent/rebond_agent/session.py", "import rebond_server"),
        ("agent/rebond_agent/probes/board.py", "import subprocess"),
    ],
)
def test_a_planted_import_is_found(tmp_path, module, line):
    """The rule above can fail: a wrong import planted in the copy is reported with its place."""
    house = copy_of_the_house(tmp_path)
    planted = house / module
    planted.write_text(planted.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")

    result = lint_imports(house)

    assert result.returncode != 0
    assert planted.stem in result.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small_and_says_what_it_is(path):
    """One subject, under 300 lines, a sentence at the top; the written history of tables apart."""
    text = path.read_text(encoding="utf-8")

    assert text.startswith(('"""', 'r"""')) or not text.strip(), "no docstring at the top"
    if "migrations" not in path.parts:
        assert text.count("\n") <= LONGEST


def test_no_test_patches_anything():
    """Fakes are arguments: what a test replaces behind the code's back proves the author's belief."""
    words = ("mock" + ".patch", "monkey" + "patch", "Magic" + "Mock")
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    ]

    assert guilty == []


def test_no_screen_promises_more_than_was_verified():
    """Décret 2022-190 and honesty: these words are in no template, catalogue or program."""
    guilty = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".html", ".po", ".toml", ".js", ".css", ".txt"}
        for found in FORBIDDEN_WORDS.finditer(path.read_text(encoding="utf-8"))
    ]

    assert guilty == []
