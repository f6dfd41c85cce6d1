"""A header, a field's name or a dropdown's option as plain words: in small letters, without accents and marks. Pure."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["key_of", "split_parts", "words_of"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ONE_WORD = re.compile(r"WhatsApp|LinkedIn|YouTube|FaceBook|DoB|[FLM]Name|PhD")
_POSSESSIVE = re.compile(r"(?<=[a-z])'s(?![a-z])")
_QUESTION_NUMBER = re.compile(r"\A\s*+(?:q(?:uestion)?\s*+\.?\s*+)?\d{1,2}\s*+[.):]\s*+", re.IGNORECASE)
_PART_MARKS = re.compile(r"[/|()\[\]{}:;\r\n\u2013\u2014]|\s-+\s")
_DROPPED = {"\u093c", "\u0640", "\u200c", "\u200d"}  # nukta, tatweel, joiners
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"})
_ARABIC_ARTICLE = "ال"
_LEAST_BEHIND_ARTICLE = 3


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text: `mx_EnquiryDate`, `Enquiry date:` and `ENQUIRY_DATE` are all `enquiry date`.

    Accents of Latin letters are taken off, vowel signs of Indian scripts stay, Arabic is written in its plainest form.
    Single letters side by side are one word (`D.O.B.` is `dob`), and an English genitive is its noun.
    """
    plain = unicodedata.normalize("NFKC", text.removeprefix("mx_"))
    plain = _ONE_WORD.sub(lambda found: found[0].casefold(), plain)
    plain = _POSSESSIVE.sub("", _CAMEL.sub(" ", plain).casefold().replace("’", "'"))
    words = "".join(_letters(unicodedata.normalize("NFD", plain))).split()
    return tuple(_joined_letters(_without_article(word) for word in words))


def key_of(words: Iterable[str]) -> str:
    """Words as they are looked up: without blanks, so that `pin code` is `pincode`.

    Only in plain Latin letters: elsewhere a blank may stand between two words of which neither is a word of the other.
    """
    joined = " ".join(words)
    return joined.replace(" ", "") if joined.isascii() else joined


def split_parts(text: str) -> tuple[str, ...]:
    """The parts of a header of two languages, with a unit or with an alternative: `Gaon / Shahar`, `Budget (Rs.)`."""
    parts = (part.strip() for part in _PART_MARKS.split(_QUESTION_NUMBER.sub("", text, count=1)))
    return tuple(part for part in parts if words_of(part))


def _letters(text: str) -> Iterable[str]:
    """The marks of a decomposed text, with a blank for each that is no part of a word."""
    is_latin = False
    for mark in text:
        category = unicodedata.category(mark)
        if category == "Mn" and (is_latin or mark in _DROPPED or "\u064b" <= mark <= "\u065f"):
            continue
        if mark in _DROPPED:
            continue
        if category[0] in "LMN":
            is_latin = mark < "\u0900" if category[0] == "L" else is_latin and category[0] == "M"
            yield mark.translate(_ARABIC)
        else:
            is_latin = False
            yield " "


def _without_article(word: str) -> str:
    """An Arabic word without its article."""
    is_longer = len(word) >= len(_ARABIC_ARTICLE) + _LEAST_BEHIND_ARTICLE
    return word.removeprefix(_ARABIC_ARTICLE) if is_longer else word


def _joined_letters(words: Iterable[str]) -> Iterable[str]:
    run = ""
    for word in words:
        if len(word) == 1 and "a" <= word <= "z":
            run += word
            continue
        if run:
            yield run
            run = ""
        yield word
    if run:
        yield run
