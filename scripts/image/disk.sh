# shellcheck shell=sh
# Sourced by build-stick: layers into a hybrid image (ISO 9660, ESP, ext4), and into files for network boot.

DATA_MIB=64
medium() { date -u -d "@$stamp" +%Y-%m-%d-%H-%M-%S-00; }
words() { cat "$IMAGE/boot/kernel.words"; }

filled() {
    # filled FILE: a boot configuration with its two blanks filled
    sed "s/@MEDIUM@/$(medium)/g; s|@KERNEL@|$(words)|g" "$IMAGE/boot/$1"
}

write_disk() {
    tree=$work/iso
    mkdir -p "$tree/live" "$tree/boot/grub" "$tree/EFI/BOOT" "$tree/.rebond"
    cp "$base/vmlinuz" "$base/initrd.img" "$base/base.squashfs" "$work/agent.squashfs" "$tree/live/"
    medium >"$tree/.rebond/$(medium)"
    filled grub.cfg >"$tree/boot/grub/grub.cfg"
    cp "$IMAGE/boot/README.txt" "$tree/"
    write_bios "$tree"
    write_esp "$work/esp.img"
    write_data "$work/data.img"
    find "$tree" -exec touch -h -d "@$stamp" {} +
    # The volume id by which the first stage finds its stick is the image's date.
    SOURCE_DATE_EPOCH=$stamp xorriso -as mkisofs -quiet -r -V REBOND_BOOT \
        --modification-date="$(date -u -d "@$stamp" +%Y%m%d%H%M%S00)" \
        -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
        --grub2-mbr "$base/efi/i386-pc/boot_hybrid.img" -partition_offset 16 \
        -append_partition 2 0xef "$work/esp.img" -append_partition 3 0x83 "$work/data.img" \
        -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
        -o "$1" "$tree"
}

write_bios() {
    mkdir -p "$1/boot/grub/i386-pc"
    cp "$base"/efi/i386-pc/*.mod "$base"/efi/i386-pc/*.lst "$1/boot/grub/i386-pc/"
    grub-mkimage -d "$base/efi/i386-pc" -O i386-pc-eltorito -p /boot/grub -o "$1/boot/grub/bios.img" \
        biosdisk iso9660 part_msdos normal search configfile linux echo test halt
}

write_esp() {
    # Reproducible: fixed serial number, times from SOURCE_DATE_EPOCH, files in a fixed order.
    truncate -s 8M "$1"
    mkfs.vfat -F 12 -n REBOND_ESP -i 1CE40001 --invariant "$1" >/dev/null
    mkdir -p "$work/esp/EFI/BOOT" "$work/esp/boot/grub"
    cp "$base/efi/shimx64.efi" "$work/esp/EFI/BOOT/BOOTX64.EFI"
    cp "$base/efi/mmx64.efi" "$work/esp/EFI/BOOT/mmx64.efi"
    cp "$base/efi/gcdx64.efi" "$work/esp/EFI/BOOT/grubx64.efi"
    filled esp.cfg >"$work/esp/boot/grub/grub.cfg"
    find "$work/esp" -exec touch -h -d "@$stamp" {} +
    SOURCE_DATE_EPOCH=$stamp mmd -i "$1" ::/EFI ::/EFI/BOOT ::/boot ::/boot/grub
    for file in EFI/BOOT/BOOTX64.EFI EFI/BOOT/grubx64.efi EFI/BOOT/mmx64.efi boot/grub/grub.cfg; do
        SOURCE_DATE_EPOCH=$stamp mcopy -i "$1" "$work/esp/$file" "::/$file"
    done
}

write_data() {
    # ext4: a power cut leaves what was synced. It grows at the first boot; the ids are those of every image.
    truncate -s "${DATA_MIB}M" "$1"
    SOURCE_DATE_EPOCH=$stamp E2FSPROGS_FAKE_TIME=$stamp mkfs.ext4 -q -F -b 4096 -m 0 -L REBOND \
        -U 5e80d000-0001-4000-8000-00000000da7a -O ^metadata_csum_seed \
        -E "hash_seed=5e80d000-0001-4000-8000-00000000da7b,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,nodiscard" "$1"
}

write_netboot() {
    # For a TFTP server: shim, GRUB and iPXE's script; for HTTP: kernel, initrd and layers.
    rm -rf "$1"
    mkdir -p "$1/grub"
    cp "$base/vmlinuz" "$base/initrd.img" "$base/base.squashfs" "$work/agent.squashfs" "$1/"
    cp "$base/efi/shimx64.efi" "$1/shimx64.efi"
    cp "$base/efi/grubnetx64.efi" "$1/grubx64.efi"
    filled netboot.cfg >"$1/grub/grub.cfg"
    filled netboot.ipxe >"$1/boot.ipxe"
}
