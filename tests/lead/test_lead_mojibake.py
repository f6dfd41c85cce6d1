import pytest

from importer.lead.mojibake import is_damaged

GOOD = (
    *("José", "Müller", "नमस्ते", "محمد", "São Paulo", "Ñandú", "Łódź", "北京", "👋", "Ελλάδα", "Привет", "ÄÖÜ"),
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


def test_what_was_damaged_twice_or_lost_is_known() -> None:
    assert is_damaged(damage(damage("José")))
    assert is_damaged("Jos\ufffd")
