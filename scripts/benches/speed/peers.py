"""The peers: dd with direct I/O, and Debian's nwipe."""

import re
import shutil
import subprocess
import time
from pathlib import Path

_COPIED = re.compile(r"copied, ([0-9.e-]+) s")
_PLAIN = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb"}

_AT_ONCE, _BLOCK = 4, 4 << 20
_LONGEST_SECONDS, _LOOK_SECONDS = 600, 0.01

NWIPE = {
    "zero": ("--method=zero", "--verify=off"),
    "random": ("--method=random", "--prng=isaac64", "--verify=off"),
    "read": ("--method=verify_zero",),
}


def dd_zero(path: str, size: int) -> float:
    """Write zeros over the whole device; return dd's own seconds."""
    return _dd(["if=/dev/zero", f"of={path}", "oflag=direct", "conv=notrunc"], "count_bytes", size)


def dd_read(path: str, size: int) -> float:
    """Read the whole device; return dd's own seconds."""
    return _dd([f"if={path}", "of=/dev/null"], "direct,count_bytes", size)


def dd_at_once(path: str, size: int, work: str) -> float:
    """Read or zero the device with four dd at once, each on its quarter; return the seconds.

    A last part of less than 16 MiB is left out.
    """
    share = size // _AT_ONCE // _BLOCK
    quarters = range(0, _AT_ONCE * share, share)
    ends = ["if=/dev/zero", f"of={path}", "oflag=direct", "conv=notrunc"]
    if work == "read":
        ends = [f"if={path}", "of=/dev/null", "iflag=direct"]
    word = "skip" if work == "read" else "seek"
    commands = [["dd", f"bs={_BLOCK}", f"count={share}", f"{word}={at}", *ends] for at in quarters]
    began = time.monotonic()
    under_way = [subprocess.Popen(one, stderr=subprocess.DEVNULL, env=_PLAIN) for one in commands]
    statuses = [one.wait() for one in under_way]
    if any(statuses):
        raise OSError(f"dd failed on {path}")
    return time.monotonic() - began


def _dd(arguments: list[str], iflag: str, size: int) -> float:
    command = ["dd", "bs=4M", f"count={size}", f"iflag={iflag}", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=_PLAIN)
    found = _COPIED.search(told.stderr)
    if found is None:
        raise ValueError(f"dd said: {told.stderr}")
    return float(found[1])


def has_nwipe() -> bool:
    """Say whether nwipe is there."""
    return shutil.which("nwipe", path=_PLAIN["PATH"]) is not None


def nwipe(path: str, work: str) -> float:
    """Run nwipe once over the whole device, zeros last; return its seconds from start to its last transfer.

    It looks once a second whether it is done, and sleeps at its start: what the device did last tells
    its end, and what it needs for next to nothing is to be taken off.
    """
    command = ["nwipe", "--autonuke", "--nogui", "--nowait", "--noblank", "--rounds=1"]
    log = Path(path).name
    began = ended = time.monotonic()
    moved = _sectors_moved(path)
    with subprocess.Popen(
        [*command, *NWIPE[work], f"--logfile=/tmp/rebond-bench-{log}.log", path],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_PLAIN,
    ) as running:
        while running.poll() is None:
            if (now := _sectors_moved(path)) != moved:
                moved, ended = now, time.monotonic()
            if time.monotonic() - began > _LONGEST_SECONDS:
                running.kill()
            time.sleep(_LOOK_SECONDS)
        told = running.stdout.read() if running.stdout else ""
    if running.returncode or "Unsupported" in told:
        raise ValueError(told)
    return ended - began


def _sectors_moved(path: str) -> tuple[str, str]:
    """Return what the kernel has counted of reads and writes (Documentation/block/stat.rst)."""
    fields = (Path("/sys/class/block") / Path(path).name / "stat").read_text().split()
    return fields[2], fields[6]
