"""Labels are read back from the PDF as a printer would rasterise it: every QR, every Code 128."""

import os
import re
import shutil
import subprocess

import pytest
from pypdf import PdfReader

from rebond_server.documents.label import PAPERS, Format, Label, labels_pdf

SITE = "https://rebond.atelier-numerique.example"
MM = 72 / 25.4
TAGS = ("RB-000001", "RB-000888", "RB-123456", "RB-999999")


def needed(program):
    if shutil.which(program) is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{program} is missing and CI=true")
        pytest.skip(f"{program} is missing: labels ARE NOT READ BACK")
    return program


def label(tag, site=SITE):
    return Label(tag=tag, address=f"{site}/d/{tag}")


def read(pdf, folder, dots, paper):
    """Return what a decoder reads on each label at so many dots an inch, as a person scans them."""
    (folder / "labels.pdf").write_bytes(pdf)
    size = ("-r", str(dots), "-gray", "-aa", "no")
    subprocess.run([needed("pdftoppm"), *size, folder / "labels.pdf", folder / "p"], check=True)
    pieces = []
    for page in sorted(folder.glob("p-*.pgm")):
        pieces += cut(page, PAPERS[paper], dots)
        page.unlink()
    told = subprocess.run(
        [needed("zbarimg"), "-q", "-Sdisable", "-Sqrcode.enable", "-Scode128.enable", *pieces],
        capture_output=True,
        text=True,
        check=False,
    )
    return sorted(told.stdout.splitlines())


def cut(page, paper, dots):
    """Write each label of this picture into a file of its own; return the files."""
    wide, _, rows = picture(page)
    across, down = (round(mm / 25.4 * dots) for mm in paper.label)
    files = []
    for row in range(paper.rows):
        for column in range(paper.columns):
            top = round((paper.corner[1] + row * paper.label[1]) / 25.4 * dots)
            left = round(column * paper.label[0] / 25.4 * dots)
            piece = [line[left : min(left + across, wide)] for line in rows[top : top + down]]
            files.append(page.with_name(f"{page.stem}-{row}-{column}.cut.pgm"))
            head = f"P5\n{len(piece[0])} {len(piece)}\n255\n".encode()
            files[-1].write_bytes(head + b"".join(piece))
    return files


def picture(page):
    """Return width, height and rows of a grey picture."""
    raw = page.read_bytes()
    head = re.match(rb"P5\s+(\d+) (\d+)\s+255\s", raw)
    wide, high = int(head[1]), int(head[2])
    pixels = raw[head.end() :]
    return wide, high, [pixels[row * wide : (row + 1) * wide] for row in range(high)]


def expected(labels):
    return sorted(
        [f"QR-Code:{one.address}" for one in labels] + [f"CODE-128:{one.tag}" for one in labels]
    )


@pytest.mark.parametrize("dots", [203, 300])
@pytest.mark.parametrize("paper", [one for one in Format if one is not Format.A4])
def test_every_label_of_a_roll_is_read_back(tmp_path, paper, dots):
    labels = [label(tag) for tag in TAGS]
    assert read(labels_pdf(labels, paper), tmp_path, dots, paper) == expected(labels)


@pytest.mark.parametrize("dots", [203, 300])
def test_every_label_of_two_sheets_is_read_back(tmp_path, dots):
    labels = [label(f"RB-{number:06}") for number in range(1, 31)]
    assert read(labels_pdf(labels, Format.A4), tmp_path, dots, Format.A4) == expected(labels)


@pytest.mark.parametrize("paper", Format)
def test_pages_have_the_size_of_the_paper_to_a_tenth_of_a_millimetre(tmp_path, paper):
    (tmp_path / "labels.pdf").write_bytes(labels_pdf([label(TAGS[0])] * 25, paper))
    pages = PdfReader(tmp_path / "labels.pdf").pages
    assert len(pages) == (2 if paper is Format.A4 else 25)
    for page in pages:
        size = (float(page.mediabox.width) / MM, float(page.mediabox.height) / MM)
        assert size == pytest.approx(PAPERS[paper].page, abs=0.1)
        assert TAGS[0] in page.extract_text()


@pytest.mark.parametrize("paper", Format)
def test_a_long_tag_keeps_a_qr_code_that_is_read(tmp_path, paper):
    long = label("PC-COLLEGE-CASARES-2022-0001-ABC")
    found = read(labels_pdf([long], paper), tmp_path, 300, paper)
    assert f"QR-Code:{long.address}" in found
    assert all(line in expected([long]) for line in found)


def test_nothing_lies_outside_the_label(tmp_path):
    for paper in Format:
        (tmp_path / "labels.pdf").write_bytes(labels_pdf([label(TAGS[0])], paper))
        subprocess.run(
            [needed("pdftoppm"), "-r", "300", "-gray", tmp_path / "labels.pdf", tmp_path / "q"],
            check=True,
        )
        (page,) = tmp_path.glob("q-*.pgm")
        _, _, rows = picture(page)
        across, down = (int(mm / 25.4 * 300) for mm in PAPERS[paper].label)
        edge = 12  # a millimetre at 300 dpi
        assert set(b"".join(rows[:edge])) == {255}
        assert set(b"".join(row[:edge] for row in rows)) == {255}
        assert set(b"".join(row[across - 6 :] for row in rows)) == {255}
        assert set(b"".join(rows[down - edge :])) == {255}
        page.unlink()
