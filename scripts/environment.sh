# shellcheck shell=sh
# Sourced by the other scripts: finds Python, keeps one virtual environment, installs system packages.
# Nothing here is run for its own sake.
set -eu
cd "$(dirname "$0")/.."
VENV="${REBOND_VENV:-$PWD/.venv}"
PATH="$PATH:/usr/sbin:/sbin" # mkfs and others, which ordinary users do not have there
export PATH

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

# system_packages NAME…: install Debian packages when allowed to; say so when not.
system_packages() {
    wanted=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted="$wanted $package"
    done
    [ -n "$wanted" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Paquets absents / missing packages (apt-get introuvable):$wanted"
        return 0
    fi
    say "Installation :$wanted"
    # shellcheck disable=SC2086 # one word per package
    as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' apt $wanted \
        >"${TMPDIR:-/tmp}/rebond-apt.log" 2>&1 ||
        say "Non installés, à demander à l'administrateur / not installed, ask the administrator:$wanted"
}

# rig_packages: what the guests of tests/rig need, QEMU first.
rig_packages() {
    system_packages qemu-system-x86 qemu-block-extra busybox kmod udev util-linux fdisk e2fsprogs \
        mdadm lvm2 cryptsetup-bin btrfs-progs smartmontools pciutils dmidecode
}

# What building the stick needs, and what booting it in QEMU needs.
stick_packages() {
    system_packages mmdebstrap squashfs-tools xorriso mtools dosfstools e2fsprogs grub-common grub-pc-bin \
        debian-archive-keyring uidmap xz-utils zstd openssl
}
firmware_packages() { system_packages qemu-system-x86 ovmf ipxe-qemu; }

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    say "Python 3.11 ou plus récent est nécessaire / Python 3.11 or newer is needed."
    return 1
}

# python_packages EXTRAS: make the virtual environment and install the project with these extras.
python_packages() {
    python=$(find_python)
    if [ ! -x "$VENV/bin/python" ]; then
        say "Environnement Python : $VENV"
        if ! "$python" -m venv "$VENV" 2>/dev/null; then
            rm -rf "$VENV"
            system_packages python3-venv
            "$python" -m venv "$VENV"
        fi
    fi
    stamp="$VENV/rebond-$1-$(sha256sum pyproject.toml | cut -c1-16)"
    if [ ! -e "$stamp" ]; then
        say "Installation des bibliothèques Python ($1)…"
        "$VENV/bin/python" -m pip install -q --disable-pip-version-check -e ".[$1]"
        touch "$stamp"
    fi
    PATH="$VENV/bin:$PATH"
    export PATH
}
