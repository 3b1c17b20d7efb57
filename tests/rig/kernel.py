"""Debian's kernel for the guests: fetched once with apt, unpacked beside other cached things."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

META = "linux-image-amd64"
READY = "REBOND_GUEST_KERNEL"
"""Environment variable: the folder of a kernel package that was unpacked before."""


def ready_kernel() -> Path:
    """Return an unpacked kernel: the given one, else the cached one, else fetch it (70 MB)."""
    given = os.environ.get(READY)
    if given:
        return Path(given)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rebond"
    name = _package()
    kept = cache / name
    if not (kept / "boot").is_dir():
        work = cache / f"{name}.{os.getpid()}"
        kernel = download_kernel(work)
        shutil.rmtree(kept, ignore_errors=True)
        kernel.rename(kept)
        shutil.rmtree(work)
    return kept


def download_kernel(folder: Path) -> Path:
    """Fetch the current kernel package into the folder, and unpack it there."""
    name = _package()
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", name],
        check=True,
        cwd=folder,
    )
    kernel = folder / "kernel"
    package = next(folder.glob(f"{name}_*.deb"))
    subprocess.run(["dpkg-deb", "-x", str(package), str(kernel)], check=True)
    return kernel


def image(kernel: Path) -> Path:
    """Return the file that QEMU boots."""
    return next((kernel / "boot").glob("vmlinuz-*"))


def module_paths(kernel: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of these modules, each behind what it stands on; unknown ones are left out."""
    paths: dict[Path, None] = {}
    if not (kernel / "lib/modules" / _version(kernel) / "modules.dep").exists():
        subprocess.run(["depmod", "-b", str(kernel), _version(kernel)], check=True)
    for name in names:
        shown = subprocess.run(
            ["modprobe", "-d", str(kernel), "-S", _version(kernel), "--show-depends", name],
            check=False,
            capture_output=True,
            text=True,
        )
        for line in shown.stdout.splitlines():
            if line.startswith("insmod "):
                paths[Path(line.split()[1])] = None
    return list(paths)


def _package() -> str:
    depends = _depends()
    if depends is None and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        depends = _depends()
    if depends is None:
        raise FileNotFoundError(f"apt knows no {META}: run `apt-get update`, or set {READY}")
    return depends


def _depends() -> str | None:
    told = subprocess.run(
        ["apt-cache", "depends", META], check=False, capture_output=True, text=True
    ).stdout
    return next((line.split()[-1] for line in told.splitlines() if "Depends:" in line), None)


def _version(kernel: Path) -> str:
    return next((kernel / "lib/modules").iterdir()).name
