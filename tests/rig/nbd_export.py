"""A disk that lies, served to QEMU over NBD: the agent's own faulty medium on any bus of a guest.

The protocol is NBD's fixed newstyle negotiation and simple replies
(github.com/NetworkBlockDevice/nbd, doc/proto.md). One thread a connection; the faults count the
operations as they arrive from the guest's kernel.
"""

import errno
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from rebond_agent.wipe.fake import FakeDrive
from rebond_agent.wipe.fake_medium import file_medium
from rebond_agent.wipe.faults import Faults

_MAGIC, _HAVE_OPTION, _OPTION_REPLY = b"NBDMAGIC", b"IHAVEOPT", 0x3E889045565A9
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2
_EXPORT_NAME, _ABORT, _INFO, _GO = 1, 2, 6, 7
_ACK, _TOLD, _UNSUPPORTED = 1, 3, 2**31 + 1
_HAS_FLAGS, _SEND_FLUSH, _SEND_FUA = 1, 4, 8
_REQUEST, _REPLY = 0x25609513, 0x67446698
_READ, _WRITE, _DISCONNECT, _FLUSH = 0, 1, 2, 3
_EIO, _EINVAL = 5, 22
_SAYABLE = frozenset({errno.EIO, errno.EINVAL, errno.ENOSPC})


class Export:
    """One image file behind a socket, with faults. Leaving the `with` ends it."""

    def __init__(self, image: Path, faults: Faults) -> None:
        """Serve the image; the file stays the truth."""
        self._medium = file_medium(str(image), faults)
        self._size = len(self._medium.content)
        self._folder = TemporaryDirectory(prefix="rig-")
        self._path = Path(self._folder.name) / "nbd"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def source(self) -> str:
        """QEMU's options for a drive with this behind it."""
        return f"file.driver=nbd,file.server.type=unix,file.server.path={self._path}"

    @property
    def operations(self) -> int:
        """Reads and writes that have arrived."""
        return self._medium.operations

    def __enter__(self) -> Self:
        """Give the export."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more connections."""
        self._listener.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(EOFError, OSError):
            if self._negotiated(connection):
                drive = FakeDrive(self._medium)
                while self._served(connection, drive):
                    pass

    def _negotiated(self, connection: socket.socket) -> bool:
        connection.sendall(_MAGIC + _HAVE_OPTION + struct.pack(">H", _FIXED_NEWSTYLE | _NO_ZEROES))
        (flags,) = struct.unpack(">I", _received(connection, 4))
        told = struct.pack(">QH", self._size, _HAS_FLAGS | _SEND_FLUSH | _SEND_FUA)
        while True:
            _, option, length = struct.unpack(">8sII", _received(connection, 16))
            _received(connection, length)
            match option:
                case 1:
                    connection.sendall(told + (b"" if flags & _NO_ZEROES else bytes(124)))
                    return True
                case 6 | 7:
                    info = struct.pack(">H", 0) + told
                    connection.sendall(_option_reply(option, _TOLD, info))
                    connection.sendall(_option_reply(option, _ACK))
                    if option == _GO:
                        return True
                case 2:
                    connection.sendall(_option_reply(option, _ACK))
                    return False
                case _:
                    connection.sendall(_option_reply(option, _UNSUPPORTED))

    def _served(self, connection: socket.socket, drive: FakeDrive) -> bool:
        magic, _, kind, handle, offset, length = struct.unpack(">IHHQQI", _received(connection, 28))
        if magic != _REQUEST or kind == _DISCONNECT:
            return False
        data = bytearray(_received(connection, length) if kind == _WRITE else length)
        error = self._done(drive, kind, offset, memoryview(data))
        connection.sendall(struct.pack(">IIQ", _REPLY, error, handle))
        if kind == _READ and not error:
            connection.sendall(data)
        return True

    def _done(self, drive: FakeDrive, kind: int, offset: int, data: memoryview) -> int:
        """Do it wholly, as a kernel would that asks again for the rest; return the error's number."""
        try:
            match kind:
                case 3:
                    drive.flush()
                case 0 | 1:
                    done = 0
                    while done < len(data):
                        part, place = data[done:], offset + done
                        done += (
                            drive.write(place, part)
                            if kind == _WRITE
                            else drive.read_into(place, part)
                        )
                case _:
                    return _EINVAL
        except OSError as refusal:
            return refusal.errno if refusal.errno in _SAYABLE else _EIO
        return 0


def _option_reply(option: int, kind: int, data: bytes = b"") -> bytes:
    return struct.pack(">QIII", _OPTION_REPLY, option, kind, len(data)) + data


def _received(connection: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = connection.recv(length)
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
