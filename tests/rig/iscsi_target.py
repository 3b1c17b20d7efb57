"""A drive with firmware, served to QEMU over iSCSI: `scsi-block` hands its guest's commands on to it.

One session of one connection at a time (RFC 7143): no digests, R2T for what is not immediate.
"""

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from scsi_unit import Reply, Unit

IQN = "iqn.2026-11.rig:drive"
_HEADER = 48
_NOP, _SCSI, _TASK, _LOGIN, _TEXT, _DATA_OUT, _LOGOUT = range(7)
_FINAL, _READS, _WRITES = 0x80, 0x40, 0x20
_UNDERFLOW = 0x02
_CONTINUES = 0x40
_SEGMENT = 65536
_SILENT_KEYS = frozenset({"InitiatorName", "InitiatorAlias", "SessionType", "TargetName"})
_CHOSEN = {
    "AuthMethod": "None",
    "HeaderDigest": "None",
    "DataDigest": "None",
    "InitialR2T": "Yes",
    "ImmediateData": "Yes",
    "MaxConnections": "1",
    "MaxOutstandingR2T": "1",
    "ErrorRecoveryLevel": "0",
    "IFMarker": "No",
    "OFMarker": "No",
    "MaxRecvDataSegmentLength": "262144",
}


class IscsiTarget:
    """One unit behind a port of this computer. Leaving the `with` ends it."""

    def __init__(self, unit: Unit) -> None:
        """Serve the unit on a free port."""
        self._unit = unit
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def source(self) -> str:
        """QEMU's options for a drive with this behind it."""
        port = self._listener.getsockname()[1]
        return f"file=iscsi://127.0.0.1:{port}/{IQN}/0"

    def __enter__(self) -> Self:
        """Give the target."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                talk = _Talk(connection, self._unit)
                threading.Thread(target=talk.run, daemon=True).start()


class _Talk:
    """One connection: what came in is answered in order."""

    def __init__(self, connection: socket.socket, unit: Unit) -> None:
        self._connection, self._unit = connection, unit
        self._status_number, self._expected = 1, 1

    def run(self) -> None:
        with self._connection, suppress(EOFError, OSError):
            while self._answered(*self._received()):
                pass

    def _answered(self, header: bytes, data: bytes) -> bool:
        """Answer one request; return whether the connection goes on."""
        kind = header[0] & 0x3F
        (number,) = struct.unpack(">I", header[24:28])
        if kind != _DATA_OUT:
            self._expected = (number + (not header[0] & 0x40)) & 0xFFFFFFFF
        match kind:
            case 0 if header[16:20] != b"\xff" * 4:
                self._send(self._head(header, 0x20), data)
            case 1:
                self._command(header, data)
            case 2:
                self._send(self._head(header, 0x22))
                self._status_number += 1
            case 3:
                self._login(header, data)
            case 4:
                self._send(self._head(header, 0x24), f"TargetName={IQN}\0".encode())
                self._status_number += 1
            case 6:
                self._send(self._head(header, 0x26))
                return False
        return True

    def _login(self, header: bytes, data: bytes) -> None:
        pairs = [one.decode().split("=", 1) for one in data.split(b"\0") if b"=" in one]
        asked = {key: value for key, value in pairs if key not in _SILENT_KEYS}
        told = {key: _CHOSEN.get(key, value) for key, value in asked.items()}
        told.setdefault("TargetPortalGroupTag", "1")
        leaving, stage, wanted = header[1] & _FINAL, header[1] >> 2 & 3, header[1] & 3
        head = self._head(header, 0x23)
        head[1] = leaving | stage << 2 | (wanted if leaving else 0)
        head[8:14] = header[8:14]
        head[14:16] = b"\0\1"
        self._send(head, "".join(f"{key}={value}\0" for key, value in told.items()).encode())
        self._status_number += 1

    def _command(self, header: bytes, data: bytes) -> None:
        (expected,) = struct.unpack(">I", header[20:24])
        if header[1] & _WRITES and len(data) < expected:
            data += self._asked_for(header, len(data), expected - len(data))
        reply = self._unit.answer(header[32:48], data)
        given = reply.data[:expected] if header[1] & _READS else b""
        sequence = self._give(header, given)
        self._status(header, reply, sequence, expected - (len(given) or len(data)))

    def _asked_for(self, header: bytes, done: int, length: int) -> bytes:
        """Ask for the rest of the data (R2T), and return it."""
        head = self._head(header, 0x31)
        head[8:16] = header[8:16]
        head[20:24] = b"\0\0\x12\x34"
        struct.pack_into(">III", head, 36, 0, done, length)
        self._send(head)
        data = b""
        while len(data) < length:
            other, part = self._received()
            if other[0] & 0x3F == _DATA_OUT:
                data += part
        return data

    def _give(self, header: bytes, data: bytes) -> int:
        """Send the data in segments; return how many there were."""
        starts = range(0, len(data), _SEGMENT)
        for sequence, start in enumerate(starts):
            part = data[start : start + _SEGMENT]
            head = self._head(header, 0x25)
            head[1] = _FINAL if start + _SEGMENT >= len(data) else 0
            head[8:16] = header[8:16]
            head[20:24] = b"\xff" * 4
            struct.pack_into(">I", head, 24, 0)
            struct.pack_into(">II", head, 36, sequence, start)
            self._send(head, part)
        return len(starts)

    def _status(self, header: bytes, reply: Reply, sequence: int, left: int) -> None:
        head = self._head(header, 0x21)
        head[3] = reply.status
        struct.pack_into(">I", head, 36, sequence)
        if left > 0:
            head[1] |= _UNDERFLOW
            struct.pack_into(">I", head, 44, left)
        sense = struct.pack(">H", len(reply.sense)) + reply.sense if reply.sense else b""
        self._send(head, sense)
        self._status_number += 1

    def _head(self, header: bytes, kind: int) -> bytearray:
        head = bytearray(_HEADER)
        head[0], head[1] = kind, _FINAL
        head[16:20] = header[16:20]
        if kind in {0x20, 0x31}:
            head[20:24] = b"\xff" * 4
        most = (self._expected + 31) & 0xFFFFFFFF
        struct.pack_into(">III", head, 24, self._status_number, self._expected, most)
        return head

    def _send(self, head: bytearray, data: bytes = b"") -> None:
        head[5:8] = len(data).to_bytes(3, "big")
        self._connection.sendall(bytes(head) + data + bytes(-len(data) % 4))

    def _received(self) -> tuple[bytes, bytes]:
        header = self._bytes(_HEADER)
        length = int.from_bytes(header[5:8], "big")
        self._bytes(4 * header[4])
        return header, self._bytes(length + -length % 4)[:length]

    def _bytes(self, length: int) -> bytes:
        parts = []
        while length:
            part = self._connection.recv(length)
            if not part:
                raise EOFError
            parts.append(part)
            length -= len(part)
        return b"".join(parts)
