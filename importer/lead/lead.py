"""A lead that is fit to send: what its call says, and what tells it apart from others."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from importer.lead.payload import Body, PayloadPlan
from importer.lead.uniquekeys import UniqueKey

__all__ = ["Lead"]


class Lead(NamedTuple):
    """What one Lead.Create sends, put together only where it is asked for: a check of a million rows needs no bodies.

    `texts` are what is sent for each field of `payload_plan`. `keys` are the lead's unique values, the account's
    protection against a second copy. `reference` is the row's own, where the account has a field for it: unique like
    `keys`, and no other lead's.
    """

    payload_plan: PayloadPlan
    texts: Sequence[str]
    keys: tuple[UniqueKey, ...]
    reference: UniqueKey | None = None

    @property
    def body(self) -> Body:
        """The body of the call."""
        body = self.payload_plan.body(self.texts)
        if self.reference is not None:
            body.append({"Attribute": self.reference.field, "Value": self.reference.value})
        return body

    def encode(self) -> bytes:
        """The body of the call: JSON in UTF-8, characters as they are (LeadSquared wants real UTF-8)."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    def value(self, field: str) -> str:
        """What is sent for a field, empty where nothing is."""
        index = self.payload_plan.index(field)
        return "" if index is None else self.texts[index]

    def values(self) -> set[str]:
        """Every text that is sent, those of sub-fields included: personal data that no message may show."""
        return set(filter(None, self.texts))
