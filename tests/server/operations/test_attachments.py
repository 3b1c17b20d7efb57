"""Files are what their bytes are; each is kept once, and can be let go."""

import pytest
from bench import account, device_of, enrolled, receipt, send
from moments import NOON

from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.attachments import Subject, attach, attachment, attachments, detach

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def test_a_photo_is_kept_once_and_named_by_what_it_is(workshop):
    device = device_of(workshop, receipt(send(workshop, enrolled(workshop).inventory())).device)
    who = account(workshop, Role.TECHNICIAN)
    with workshop.work(who, NOON) as work:
        row = attach(work, Subject.DEVICE, device.id, "rayure.php", PNG)
        assert (row.name, row.mime) == ("rayure.png", "image/png")
        assert attach(work, Subject.DEVICE, device.id, "encore.png", PNG).id == row.id
        assert attachment(work, row.id).raw == PNG
        for raw in (b"<html>", b"", b"PK\x03\x04", b"<svg/>"):
            with pytest.raises(BadValue, match="PDF, PNG ou JPEG"):
                attach(work, Subject.DEVICE, device.id, "x.png", raw)
        with pytest.raises(NotFound):
            attach(work, Subject.DEVICE, row.id, "x.png", PNG)
        detach(work, row.id, "on y voit quelqu'un")
        assert attachments(work, Subject.DEVICE, device.id) == []
