import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead import UnreadableTextError, clean

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[chr(c) for c in range(0x80, 0xA0)]))
INVISIBLE = (
    {*map(chr, range(0x20)), "\x7f", "\xad", *map(chr, range(0x2060, 0x2065)), *map(chr, range(0x2066, 0x2070))}
    | {*map(chr, range(0x200B, 0x2010)), *map(chr, range(0x202A, 0x202F)), "\u061c", "\ufeff"}
) - {*"\t\n\v\f\r"}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("", ""),
        (" Asha ", "Asha"),
        ("\u00a0\u3000\u2007Asha\t\r\n", "Asha"),
        ("two  words", "two  words"),
        ("line\none\r\ntwo\ttab\vthree", "line\none\r\ntwo\ttab\vthree"),
        ("+91 98\u200b450\ufeff", "+91 98450"),
        ("\ufeffEmail", "Email"),
        (" \u200b \ufeff ", ""),
        ("\u200b", ""),
        ("a\u2060b\u2063c\u00add", "abcd"),
        ("a\x00b\x7fc\x1fd\x1be", "abcde"),
        ("\x00 x \x00", "x"),
        ("\u202a+91-9845098450\u202c", "+91-9845098450"),
        ("a\u200eb", "ab"),
        ("\u202bשלום\u202c \u200f", "שלום"),
        ("00123", "00123"),
        ("é e\u0301 ﬁ", "é e\u0301 ﬁ"),
        ("-", "-"),
        ("=1+1", "=1+1"),
    ],
)
def test_blanks_around_and_invisible_characters_are_removed_and_nothing_else(written: str, sent: str) -> None:
    assert clean(written) == sent


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian, between letters
        "PDF\u200cها",  # a Persian ending on a Latin word
        "क्\u200dष",  # Devanagari, after a virama
        "र\u200d्य",  # Bengali practice, before a virama
        "അവന്\u200d",  # Malayalam: virama and joiner are the word's last letter
        "ශ්\u200dරී",  # Sinhala
        "👩\u200d👩\u200d👧",
        "👩🏽\u200d🔬",
        "🏳️\u200d🌈",
        "❤️\u200d🔥",
        "🧑\u200d⚕️",
        "שלום \u200fABC\u200f!",  # direction marks among right-to-left letters
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",  # a flag spelt with tag characters
    ],
)
def test_joiners_and_marks_that_spell_something_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a\u200db", "ab"),
        ("98\u200c45", "9845"),
        ("\u200dक", "क"),
        ("می\u200c", "می"),
        ("👩\u200d", "👩"),
        ("👩\u200c👧", "👩👧"),
        ("é\u200dé", "éé"),
        ("a \u200d b", "a  b"),
        ("می\u200c\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200d\u200b", "क्\u200d"),
    ],
)
def test_joiners_that_join_nothing_are_removed(written: str, sent: str) -> None:
    assert clean(written) == sent


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a\ud83d", r"half a character \(U\+D83D\)"),
        ("\udc00", r"half a character \(U\+DC00\)"),
        ("O\x92Brien", r"a control character \(U\+0092\)"),
    ],
)
def test_what_can_be_no_text_is_refused_and_not_mended(text: str, what: str) -> None:
    with pytest.raises(UnreadableTextError, match=what):
        clean(text)


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_only_invisible_characters_and_outer_blanks_are_lost(text: str) -> None:
    def visible(value: str) -> str:
        return "".join(mark for mark in value if mark not in INVISIBLE).strip()

    assert visible(clean(text)) == visible(text)


@given(st.text(st.sampled_from("aکक्र\u200c\u200d\u200b\ufeff \u200e👩🏽️1\n")))
def test_no_invisible_character_is_left_at_either_end(text: str) -> None:
    sent = clean(text)
    assert sent[:1] not in INVISIBLE
    assert sent[-1:] not in INVISIBLE or sent.endswith("्\u200d")
    assert sent == sent.strip()
