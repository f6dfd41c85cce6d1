"""Random .xlsb workbooks: BIFF12 records that are well-formed most of the time, and mean something odd now and then."""

import io
import random
import struct
import zipfile

__all__ = ["make_xlsb"]

RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.bin"/></Relationships>'
)
TEXTS = (
    "Eve",
    "",
    " ",
    "=1+1",
    "00123",
    "p@example.com",
    "+91-9845098450",
    "x" * 4_000,
    "\u202e",
    "\U0001f600",
    "a\nb",
)
NAMES = ("First Name", "Last Name", "Email", "Mobile", "City")
CODES = ("00000", "yyyy-mm-dd", "[h]:mm", "," * 300, "[" * 300, "", "0" * 300, "\\", '"LEAD-"0000', "@")
REALS = (0.0, 1.5, -1.0, 45292.0, 45292.75, 1e300, -1e-300, float("nan"), float("inf"), 2958466.0, -5.0)


def make_xlsb(chance: random.Random) -> bytes:
    """A workbook of one or two sheets, of which the second may be missing."""
    sheets = chance.choice((1, 1, 2))
    book = _record(131) + _record(153, struct.pack("<II", chance.choice((0, 1, 0xFFFFFFFF)), 0) + _wide(""))
    book += _record(143)
    for number in range(1, sheets + 1):
        hidden = chance.choice((0, 0, 0, 1, 2, 9))
        book += _record(156, struct.pack("<II", hidden, number) + _wide(f"rId{number}") + _wide(f"Leads {number}"))
    book += _record(144) + _record(132)
    parts = {
        "xl/_rels/workbook.bin.rels": RELATIONSHIPS.encode(),
        "xl/workbook.bin": book,
        "xl/styles.bin": _styles(chance),
        "xl/sharedStrings.bin": _shared(chance),
        "xl/worksheets/sheet1.bin": _sheet(chance),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if chance.random() > 0.02:
                archive.writestr(name, data)
    return out.getvalue()


def _record(kind: int, body: bytes = b"", *, length: int | None = None) -> bytes:
    """One record; `length` is what it claims to be."""
    rest = len(body) if length is None else length
    out = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    while True:
        out += bytes([rest & 0x7F | (0x80 if rest > 127 else 0)])
        rest >>= 7
        if not rest:
            return out + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _odd(chance: random.Random, usual: int, *others: int) -> int:
    return usual if chance.random() < 0.95 else chance.choice(others)


def _styles(chance: random.Random) -> bytes:
    formats = [(164 + at, chance.choice(CODES)) for at in range(chance.choice((0, 1, 3)))]
    cells = [chance.choice((0, 14, 22, 49, 164, 165, 0xFFFF)) for _ in range(chance.choice((1, 4, 9)))]
    return (
        _record(278)
        + _record(615, struct.pack("<I", _odd(chance, len(formats), 0, 0xFFFFFFFF)))
        + b"".join(_record(44, struct.pack("<H", number) + _wide(code)) for number, code in formats)
        + _record(616)
        + _record(617, struct.pack("<I", _odd(chance, len(cells), 0, 0xFFFFFFFF)))
        + b"".join(_record(47, struct.pack("<HH", 0xFFFF, number) + bytes(12)) for number in cells)
        + _record(618)
        + _record(279)
    )


def _shared(chance: random.Random) -> bytes:
    texts = [*NAMES, *(chance.choice(TEXTS) for _ in range(9))]
    count = struct.pack("<II", len(texts), _odd(chance, len(texts), 0, 0xFFFFFFFF))
    return _record(159, count) + b"".join(_record(19, b"\0" + _wide(text)) for text in texts) + _record(160)


def _sheet(chance: random.Random) -> bytes:
    rows = chance.choice((1, 3, 30))
    corner = struct.pack(
        "<IIII", 0, _odd(chance, rows, 0, 1_048_575, 0xFFFFFFFF), 0, _odd(chance, 4, 16_383, 0xFFFFFFFF)
    )
    data = b""
    number = 0
    for at in range(rows):
        number = _odd(chance, number + 1, number, 0, 1_048_575, 0xFFFFFFF0) & 0xFFFFFFFF if at else 0
        flags = bytes(7) + bytes([chance.choice((0, 0, 0, 0x10))]) + bytes(5)
        data += _record(0, struct.pack("<I", number) + flags)
        for column in range(len(NAMES)):
            data += _cell(chance, _odd(chance, column, 0, 16_383, 16_384, 0xFFFFFFFF), at == 0, column)
    merged = b"".join(
        _record(176, struct.pack("<IIII", 1, _odd(chance, 2, 1_048_575, 0, 0xFFFFFFFF), 0, _odd(chance, 0, 16_383)))
        for _ in range(chance.choice((0, 0, 1, 40)))
    )
    return _record(129) + _record(148, corner) + _record(145) + data + _record(146) + merged + _record(130)


def _cell(chance: random.Random, column: int, is_header: bool, place: int) -> bytes:  # noqa: FBT001 - of this room
    head = struct.pack("<II", column, _odd(chance, chance.randrange(4), 0xFFFFFF, 40))
    kind = 6 if is_header else chance.choice((1, 2, 3, 4, 5, 5, 6, 6, 6, 7, 8, 9, 10, 11))
    text = NAMES[place] if is_header else chance.choice(TEXTS)
    bodies = {
        1: b"",
        2: struct.pack("<I", chance.getrandbits(32)),
        3: bytes([chance.choice((0x07, 0x2A, 0x99))]),
        4: bytes([chance.choice((0, 1, 7))]),
        5: struct.pack("<d", chance.choice(REALS)),
        6: _wide(text),
        7: struct.pack("<I", _odd(chance, chance.randrange(14), 9_999, 0xFFFFFFFF)),
        8: _wide(text) + bytes(10),
        9: struct.pack("<d", chance.choice(REALS)) + bytes(10),
        10: b"\1" + bytes(10),
        11: b"\x07" + bytes(10),
    }
    body = head + bodies[kind]
    return _record(kind, body, length=_odd(chance, len(body), 0, 3, 1 << 27))
