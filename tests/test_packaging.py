"""The stick carries the agent without the server's libraries."""

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
