#!/bin/sh
# The peer of `scripts/bench boot`: a Debian live image of the same packages as the stick, made the way
# Debian does (live-boot, its own initrd, its own services), with a login prompt and without Rebond.
#   scripts/image/peer.sh FOLDER   leaves FOLDER/peer.iso
# shellcheck disable=SC2034 # base.sh and disk.sh read these
root=$(cd "$(dirname "$0")/../.." && pwd)
to=$(cd "$1" && pwd)
# shellcheck source=scripts/environment.sh
. "$root/scripts/environment.sh" # it goes to the folder above this script's, which is not the root here
cd "$root"
IMAGE=$PWD/agent/image firmware="" fast=-fast cached=yes stamp=$(cat agent/image/epoch)
. scripts/image/base.sh
. scripts/image/disk.sh
work=$(mktemp -d "$to/.peer.XXXXXX")
trap 'rm -rf "$work"' EXIT
include=$(listed packages | tr '\n' ',')live-boot,live-boot-initramfs-tools
mmdebstrap --quiet --variant=minbase --include="$include" --components=main,non-free-firmware \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; printf "COMPRESS=zstd\nCOMPRESSLEVEL=1\n" >"$1/etc/initramfs-tools/conf.d/live"' \
    --customize-hook="sh -c 'mkdir \$0/out; cp \$0/boot/vmlinuz-* \$0/out/vmlinuz; cp \$0/boot/initrd.img-* \$0/out/initrd.img' \"\$1\"" \
    --customize-hook="copy-out /out/vmlinuz /out/initrd.img $work" --customize-hook='rm -rf "$1/out" "$1"/boot/*' \
    trixie "$work/peer.tar" \
    "deb $MIRROR trixie main non-free-firmware" "deb $MIRROR trixie-updates main non-free-firmware" \
    "deb $MIRROR trixie-backports main non-free-firmware" "deb $SECURITY trixie-security main non-free-firmware"
tree=$work/iso
mkdir -p "$tree/live" "$tree/boot/grub"
mksquashfs - "$tree/live/filesystem.squashfs" -tar -quiet -no-progress -comp zstd -Xcompression-level 1 -b 256K <"$work/peer.tar"
mv "$work/vmlinuz" "$work/initrd.img" "$tree/live/"
cat >"$tree/boot/grub/grub.cfg" <<'CFG'
set timeout=3
menuentry "Debian" {
  linux /live/vmlinuz boot=live quiet net.ifnames=0 console=tty0 console=ttyS0,115200
  initrd /live/initrd.img
}
CFG
base=$(base_folder)
write_bios "$tree"
xorriso -as mkisofs -quiet -r -V PEER -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table \
    --grub2-boot-info --grub2-mbr "$base/efi/i386-pc/boot_hybrid.img" -partition_offset 16 -o "$to/peer.iso" "$tree"
