"""The bill of materials of the stick (CycloneDX 1.5): each Debian package and each wheel.

sbom.py VERSION EPOCH PACKAGES LOCK, to standard output; the same input gives the same bytes.
"""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

_wheel = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)


def components(packages: str, lock: str) -> list[dict[str, object]]:
    """Return one component a package; `packages` has a name and a version a line."""
    debian: list[dict[str, object]] = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{quote(version)}?arch=amd64&distro=trixie",
        }
        for name, version in (line.split() for line in packages.splitlines())
    ]
    wheels: list[dict[str, object]] = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        for name, version, digest in _wheel.findall(lock)
    ]
    return debian + wheels


def bill(version: str, moment: datetime, parts: list[dict[str, object]]) -> dict[str, object]:
    """Return the whole document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "operating-system", "name": "rebond-stick", "version": version},
        },
        "components": parts,
    }


def main() -> None:
    """Print it."""
    version, epoch, packages, lock = sys.argv[1:]
    parts = components(Path(packages).read_text(), Path(lock).read_text())
    moment = datetime.fromtimestamp(int(epoch), UTC)
    json.dump(bill(version, moment, parts), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
