"""Binary SMBIOS structures for QEMU's `-smbios file=`, for what its options can't say (DSP0134)."""

import struct


def chassis(number: int, maker: str, serial: str, asset_tag: str) -> bytes:
    """Return a type 3 structure with this chassis number (QEMU's own always says Other)."""
    tag = 3 if asset_tag else 0  # an empty text would end the structure
    body = struct.pack("<BBBBBBBBBIBBBB", 1, number, 0, 2, tag, 3, 3, 3, 2, 0, 0, 1, 0, 0)
    return _structure(3, 0x0300, body, (maker, serial, *filter(None, [asset_tag])))


def portable_battery(name: str, maker: str, serial: str, design_mwh: int) -> bytes:
    """Return a type 22 structure; the multiplier 10 keeps capacities in 16 bits."""
    body = struct.pack(
        "<BBBBBBHHBBHHBBI", 1, 2, 0, 3, 4, 6, design_mwh // 10, 11400, 0, 0, 0, 0, 0, 10, 0
    )
    return _structure(22, 0x1600, body, ("Rear", maker, serial, name))


def hardware_security(settings: int) -> bytes:
    """Return a type 24 structure: two bits each for power-on, keyboard, administrator, panel."""
    return _structure(24, 0x1800, bytes([settings]), ())


def _structure(kind: int, handle: int, body: bytes, strings: tuple[str, ...]) -> bytes:
    head = struct.pack("<BBH", kind, 4 + len(body), handle)
    texts = b"".join(text.encode("ascii") + b"\0" for text in strings) or b"\0"
    return head + body + texts + b"\0"
