"""The stick carries the agent without the server's libraries."""

import re
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER_ONLY = ("flask", "sqlalchemy", "alembic", "psycopg", "highspy", "weasyprint", "gunicorn")


def test_every_agent_module_imports_without_the_server_libraries():
    """A fresh interpreter that can't import them imports every module of the agent."""
    program = f"""
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {SERVER_ONLY!r}:
            raise ImportError(name + " is a library of the server")

sys.meta_path.insert(0, Refuse())
import rebond_agent
names = [m.name for m in pkgutil.walk_packages(rebond_agent.__path__, "rebond_agent.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 20


def test_the_server_is_laid_out_as_its_service_expects(tmp_path):
    subprocess.run([ROOT / "scripts/install-server", "--root", tmp_path], check=True, timeout=60)
    units = tmp_path / "etc/systemd/system"
    names = {one.name for one in units.iterdir()}
    services = {"rebond.service", "rebond-nightly.service", "rebond-verify.service"}
    assert names == services | {"rebond-nightly.timer", "rebond-verify.timer"}
    settings = (tmp_path / "etc/rebond/rebond.conf").read_text()
    for unit in services:
        for name in re.findall(r"\$\{(REBOND_\w+)\}", (units / unit).read_text()):
            assert f"{name}=" in settings
    assert stat.S_IMODE((tmp_path / "var/lib/rebond").stat().st_mode) == 0o700
