"""Words for the members of closed sets: French, English. A member without a word fails a test."""

from collections.abc import Mapping
from types import MappingProxyType

Words = Mapping[str, tuple[str, str]]

CHASSIS: Words = MappingProxyType(
    {
        "laptop": ("portable", "laptop"),
        "desktop": ("ordinateur de bureau", "desktop"),
        "all_in_one": ("tout-en-un", "all-in-one"),
        "mini": ("mini-PC", "mini PC"),
        "tablet": ("tablette", "tablet"),
        "convertible": ("convertible", "convertible"),
        "server": ("serveur", "server"),
        "other": ("autre châssis", "other chassis"),
    }
)

DRIVE_KINDS: Words = MappingProxyType(
    {
        "hdd": ("disque dur", "hard disk"),
        "ssd": ("SSD", "SSD"),
        "nvme": ("SSD NVMe", "NVMe SSD"),
        "emmc": ("eMMC", "eMMC"),
        "usb": ("stockage USB", "USB storage"),
        "optical": ("lecteur optique", "optical drive"),
        "card_reader": ("lecteur de cartes", "card reader"),
        "virtual": ("disque virtuel", "virtual disk"),
        "image": ("fichier image", "image file"),
        "unknown": ("support inconnu", "unknown medium"),
    }
)

BUSES: Words = MappingProxyType(
    {
        "ata": ("SATA/ATA", "SATA/ATA"),
        "nvme": ("NVMe", "NVMe"),
        "scsi": ("SCSI", "SCSI"),
        "sas": ("SAS", "SAS"),
        "usb": ("USB", "USB"),
        "mmc": ("MMC", "MMC"),
        "virtio": ("virtio", "virtio"),
        "raid": ("RAID", "RAID"),
        "file": ("fichier", "file"),
        "unknown": ("bus inconnu", "unknown bus"),
    }
)

NETWORKS: Words = MappingProxyType(
    {
        "ethernet": ("Ethernet", "Ethernet"),
        "wifi": ("Wi-Fi", "Wi-Fi"),
        "mobile": ("réseau mobile", "mobile network"),
        "other": ("autre réseau", "other network"),
    }
)

ENDINGS: Words = MappingProxyType(
    {
        "completed": ("mené à son terme", "carried to its end"),
        "interrupted": ("INTERROMPU", "INTERRUPTED"),
        "failed": ("ÉCHEC", "FAILED"),
        "refused": ("NON EFFACÉ", "NOT ERASED"),
    }
)

METHODS: Words = MappingProxyType(
    {
        "overwrite_zero": ("écrasement (zéros)", "overwrite (zeros)"),
        "overwrite_aes_ctr": ("écrasement (AES-CTR)", "overwrite (AES-CTR)"),
        "ata_security_erase": ("ATA Security Erase", "ATA Security Erase"),
        "ata_security_erase_enhanced": (
            "ATA Security Erase (étendu)",
            "ATA Security Erase (enhanced)",
        ),
        "ata_sanitize_block": ("ATA Sanitize (blocs)", "ATA Sanitize (block)"),
        "ata_sanitize_crypto": ("ATA Sanitize (clé)", "ATA Sanitize (crypto)"),
        "ata_sanitize_overwrite": ("ATA Sanitize (écrasement)", "ATA Sanitize (overwrite)"),
        "nvme_sanitize_block": ("NVMe Sanitize (blocs)", "NVMe Sanitize (block)"),
        "nvme_sanitize_crypto": ("NVMe Sanitize (clé)", "NVMe Sanitize (crypto)"),
        "nvme_sanitize_overwrite": ("NVMe Sanitize (écrasement)", "NVMe Sanitize (overwrite)"),
        "nvme_format_crypto": ("NVMe Format (clé)", "NVMe Format (crypto)"),
        "nvme_format_user": ("NVMe Format (données)", "NVMe Format (user data)"),
        "scsi_sanitize_block": ("SCSI Sanitize (blocs)", "SCSI Sanitize (block)"),
        "scsi_sanitize_crypto": ("SCSI Sanitize (clé)", "SCSI Sanitize (crypto)"),
        "scsi_sanitize_overwrite": ("SCSI Sanitize (écrasement)", "SCSI Sanitize (overwrite)"),
        "scsi_format": ("SCSI Format", "SCSI Format"),
        "mmc_secure_erase": ("MMC Secure Erase", "MMC Secure Erase"),
        "mmc_sanitize": ("MMC Sanitize", "MMC Sanitize"),
        "tcg_psid_revert": ("TCG PSID Revert", "TCG PSID Revert"),
        "none": ("aucune méthode", "no method"),
    }
)

ACTIONS: Words = MappingProxyType(
    {
        "write": ("écriture", "writing"),
        "read_back": ("relecture", "reading back"),
        "canary_write": ("pose des témoins", "writing canaries"),
        "canary_read": ("lecture des témoins", "reading canaries"),
        "command": ("commande du disque", "drive command"),
    }
)

EQUIPMENT: Words = MappingProxyType(
    {
        "webcam": ("webcam", "webcam"),
        "bluetooth": ("Bluetooth", "Bluetooth"),
        "sound": ("son", "sound"),
        "touchscreen": ("écran tactile", "touch screen"),
        "touchpad": ("pavé tactile", "touchpad"),
        "keyboard": ("clavier", "keyboard"),
        "fingerprint_reader": ("lecteur d'empreinte", "fingerprint reader"),
        "card_reader": ("lecteur de cartes", "card reader"),
        "smartcard": ("lecteur de carte à puce", "smart card reader"),
        "port_usb": ("prises USB", "USB ports"),
        "port_usb_c": ("prises USB-C", "USB-C ports"),
        "port_ethernet": ("prise réseau", "network port"),
        "port_modem": ("prise modem", "modem port"),
        "port_vga": ("prise VGA", "VGA port"),
        "port_hdmi": ("prise HDMI", "HDMI port"),
        "port_displayport": ("prise DisplayPort", "DisplayPort"),
        "port_dvi": ("prise DVI", "DVI port"),
        "port_thunderbolt": ("prise Thunderbolt", "Thunderbolt port"),
        "port_serial": ("port série", "serial port"),
        "port_parallel": ("port parallèle", "parallel port"),
        "port_firewire": ("prise FireWire", "FireWire port"),
        "port_audio": ("prises audio", "audio jacks"),
        "port_ps2": ("prises PS/2", "PS/2 ports"),
    }
)

CHECKS: Words = MappingProxyType(
    {
        "keyboard": ("clavier", "keyboard"),
        "touchpad": ("pavé tactile", "touchpad"),
        "screen": ("écran", "screen"),
        "sound": ("haut-parleurs", "speakers"),
        "microphone": ("micro", "microphone"),
        "camera": ("caméra", "camera"),
        "ports": ("ports USB", "USB ports"),
        "network": ("réseau", "network"),
        "bluetooth": ("Bluetooth", "Bluetooth"),
        "battery": ("batterie sous charge", "battery under load"),
        "drives": ("disques (autotest)", "drives (self-test)"),
        "memory": ("mémoire", "memory"),
        "processor": ("processeur", "processor"),
        "appearance": ("aspect", "appearance"),
    }
)

RESULTS: Words = MappingProxyType(
    {
        "pass": ("bon", "pass"),
        "fail": ("ÉCHEC", "FAIL"),
        "skipped": ("non fait", "skipped"),
        "absent": ("absent", "absent"),
    }
)
