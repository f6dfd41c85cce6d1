import pytest

from importer.lead.mojibake import is_damaged

GOOD = (
    *("José", "Müller", "नमस्ते", "محمد", "São Paulo", "Ñandú", "Łódź", "北京", "👋", "Ελλάδα", "Привет", "ÄÖÜ"),
    *("Kraków", "Žluťoučký kůň", "Ştefan", "Сіль", "Рим", "ĎÁBEL", "Ĺubica", "Øst", "√2", "ÄÖ", "Äsop…", "Ñ", "Çağ"),
    *("O’Brien", "naïve—yes", "à la", "10°C", "CAFÉ»", "»Spaß«", "ÎLE", "“x”"),
)
NO_LETTER = {0x81, 0x8D, 0x8F, 0x90, 0x9D}


def damage(text: str) -> str:
    """A text as Windows-1252 reads its UTF-8; the five bytes that it has no letter for stay as they are."""
    return "".join(
        chr(byte) if byte in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else bytes([byte]).decode("cp1252")
        for byte in text.encode()
    )


@pytest.mark.parametrize("text", GOOD)
def test_good_text_is_left_in_peace_and_its_damaged_form_is_known(text: str) -> None:
    assert not is_damaged(text)
    assert is_damaged(f"x {damage(text)} y")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *((encoding, text) for encoding in ("cp1250", "mac_roman", "cp437") for text in ("José", "Müller", "Ñandú")),
        *((encoding, "Привет") for encoding in ("cp1250", "cp1251", "mac_roman", "cp437")),
        ("cp1251", "José"),
    ],
)
def test_what_other_programs_make_of_utf8_is_known_too(text: str, encoding: str) -> None:
    assert is_damaged(text.encode().decode(encoding, errors="ignore"))


def test_what_was_damaged_twice_or_lost_is_known() -> None:
    assert is_damaged(damage(damage("José")))
    assert is_damaged("Jos\ufffd")
