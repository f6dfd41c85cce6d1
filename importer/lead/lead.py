"""A lead that is fit to send: the body of its call, and what tells it apart from others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from importer.lead.keys import UniqueKey, unique_keys
from importer.lead.mapping import Body

__all__ = ["Lead", "make_lead"]


@dataclass(frozen=True, slots=True)
class Lead:
    """What one Lead.Create sends. `keys` are its unique values, the account's protection against a second copy."""

    body: Body
    keys: tuple[UniqueKey, ...]

    def encode(self) -> bytes:
        """The body of the call: JSON in UTF-8, characters as they are (LeadSquared wants real UTF-8)."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    def value(self, field: str) -> str:
        """What is sent for a field, empty where nothing is."""
        return next((attribute["Value"] for attribute in self.body if attribute["Attribute"] == field), "")

    def values(self) -> set[str]:
        """Every text that is sent, those of sub-fields included: personal data that no message may show."""
        texts = {attribute["Value"] for attribute in self.body}
        for attribute in self.body:
            texts.update(part["Value"] for part in attribute.get("Fields", ()))
        return texts


def make_lead(body: Body, *, unique: Sequence[str], country_code: str | None) -> Lead:
    """Make a lead of a body; `unique` are the account's unique fields, `country_code` its default for phones."""
    values = {attribute["Attribute"]: attribute["Value"] for attribute in body}
    return Lead(body, unique_keys(values, unique, country_code=country_code))
