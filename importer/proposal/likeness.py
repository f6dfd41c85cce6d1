"""How much a spreadsheet's header is like the names of a field, from 0 to 100."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from importer.leadsquared.fields import Field, FieldList

__all__ = ["SURE", "Match", "field_names", "normal", "rank"]

SURE = 92.0
"""From this likeness on a match is taken; below it a person is asked."""

_EXACT, _SHOWN, _SYNONYM, _SCHEMA = 100.0, 99.5, 99.0, 98.0
_CAP = 90.0  # a likeness of different words, however near, is never taken for sure
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")

_SYNONYMS: Mapping[str, str] = {
    "email": "EmailAddress",
    "e mail": "EmailAddress",
    "mail": "EmailAddress",
    "email id": "EmailAddress",
    "e mail address": "EmailAddress",
    "mobile": "Phone",
    "mobile no": "Phone",
    "mobile number": "Phone",
    "phone": "Phone",
    "phone no": "Phone",
    "contact number": "Phone",
    "contact no": "Phone",
    "telephone": "Phone",
    "given name": "FirstName",
    "forename": "FirstName",
    "surname": "LastName",
    "family name": "LastName",
    "company name": "Company",
    "organisation": "Company",
    "organization": "Company",
    "town": "mx_City",
    "postal code": "mx_Zip",
    "postcode": "mx_Zip",
    "zip code": "mx_Zip",
    "pin code": "mx_Zip",
    "pincode": "mx_Zip",
    "source": "Source",
    "stage": "ProspectStage",
    "status": "ProspectStage",
}
"""What people call the usual fields; a name counts only where the account has the field."""


@dataclass(frozen=True, slots=True)
class Match:
    """A field that a header may mean, by its dotted schema name, and how like the two are."""

    name: str
    field: Field
    score: float

    @property
    def is_sure(self) -> bool:
        """Whether it is taken without asking."""
        return self.score >= SURE


def normal(text: str) -> str:
    """A name as plain words: `mx_EnquiryDate` and `Enquiry date:` are both `enquiry date`."""
    words = _WORD.findall(_CAMEL.sub(" ", text.removeprefix("mx_")))
    return " ".join(words).casefold()


def field_names(fields: FieldList) -> Iterator[tuple[str, Field, tuple[str, ...]]]:
    """Each field and sub-field: its dotted schema name, itself, and the words that people see for it."""
    for field in fields:
        if not field.is_set:
            yield field.schema_name, field, (field.display_name,)
        for part in field.sub_fields or ():
            shown = (
                part.display_name,
                f"{field.display_name} {part.display_name}",
                f"{field.display_name} {part.schema_name}",
            )
            yield f"{field.schema_name}.{part.schema_name}", part, shown


def rank(header: str, fields: FieldList) -> list[Match]:
    """The fields that a header may mean, the likeliest first."""
    wanted = normal(header)
    if not wanted:
        return []
    matches = [Match(name, field, _score(header, wanted, name, shown)) for name, field, shown in field_names(fields)]
    return sorted(matches, key=lambda match: -match.score)


def _score(header: str, wanted: str, name: str, shown: tuple[str, ...]) -> float:
    if header.strip() == name:
        return _EXACT if _SYNONYMS.get(wanted, name) == name else _SCHEMA - 1
    known = {normal(text) for text in shown if text}
    if wanted in known:
        return _SHOWN if _SYNONYMS.get(wanted, name) == name else _SCHEMA - 1
    if _SYNONYMS.get(wanted) == name:
        return _SYNONYM
    if wanted == normal(name):
        return _SCHEMA - 1 if wanted in _SYNONYMS else _SCHEMA
    return max((min(_CAP, fuzz.token_sort_ratio(wanted, text)) for text in {*known, normal(name)}), default=0.0)
