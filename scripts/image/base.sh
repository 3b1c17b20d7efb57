# shellcheck shell=sh
# Sourced by build-stick: Debian's packages into vmlinuz, initrd and a squashfs, kept by what defines them.

# The mirrors of this computer, where it is a Debian; elsewhere they must be named.
site() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep "$1/*\$" | sort -u | head -n 1; }
MIRROR=${REBOND_MIRROR:-$(site /debian)}
SECURITY=${REBOND_SECURITY_MIRROR:-$(site /debian-security)}
if [ -z "$MIRROR" ] || [ -z "$SECURITY" ]; then
    say "Dites où sont les paquets de Debian / say where Debian's packages are: REBOND_MIRROR, REBOND_SECURITY_MIRROR"
    exit 1
fi
CACHE=${REBOND_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rebond}

listed() { sed 's/[[:space:]]*#.*//' "$IMAGE/$1" | grep -v '^$'; }

base_definition() {
    # What the base is made from; the overlay and the agent lie in a layer of their own.
    (cd "$IMAGE" && find packages unpacked epoch hooks initramfs -type f | sort | xargs sha256sum)
    [ -z "$firmware" ] || sha256sum <"$IMAGE/firmware"
    sha256sum <scripts/image/base.sh
    echo "$MIRROR $SECURITY $fast"
}

base_folder() {
    # Print the folder with the base, built now where it is not there yet.
    folder=$CACHE/base-$(base_definition | sha256sum | cut -c1-16)
    if [ -z "$cached" ] || [ ! -e "$folder/whole" ]; then
        rm -rf "$folder"
        mkdir -p "$CACHE"
        fresh=$(mktemp -d "$CACHE/.new.XXXXXX")
        build_base "$fresh" >&2
        touch "$fresh/whole"
        mv "$fresh" "$folder"
    fi
    echo "$folder"
}

build_base() {
    to=$1
    chmod 755 "$to"
    include=$(listed packages | tr '\n' ',')
    [ -z "$firmware" ] || include="$include$(listed firmware | tr '\n' ',')"
    level=15 initrd=19
    [ -z "$fast" ] || level=1 initrd=1
    # apt's own settings of this computer do not count; only the mirror may be another.
    SOURCE_DATE_EPOCH=$(cat "$IMAGE/epoch") REBOND_INITRD_LEVEL=$initrd \
        mmdebstrap --quiet --variant=minbase --include="${include%,}" \
        --components=main,non-free-firmware \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --aptopt='Acquire::Retries "5"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/lib/firmware/nvidia/*' \
        --dpkgopt='path-exclude=/usr/share/sounds/*' --dpkgopt='path-exclude=/usr/share/bug/*' \
        --essential-hook="$IMAGE/hooks/essential" --customize-hook="$IMAGE/hooks/customize" \
        --customize-hook="copy-out /kernel/vmlinuz /kernel/initrd.img /packages /firmware-mb /efi $to" \
        --customize-hook='rm -rf "$1/kernel" "$1/packages" "$1/firmware-mb" "$1/efi"' \
        trixie "$work/base.tar" \
        "deb $MIRROR trixie main non-free-firmware" \
        "deb $MIRROR trixie-updates main non-free-firmware" \
        "deb $MIRROR trixie-backports main non-free-firmware" \
        "deb $SECURITY trixie-security main non-free-firmware"
    SOURCE_DATE_EPOCH=$(cat "$IMAGE/epoch") \
        mksquashfs - "$to/base.squashfs" -tar -quiet -no-progress -comp zstd -Xcompression-level "$level" -b 256K \
        <"$work/base.tar"
    rm -f "$work/base.tar"
}
