"""The schema name of a lead field, plain or dotted: `Phone`, `mx_KYC.Status`."""

import re
from dataclasses import dataclass

__all__ = ["FieldName"]

SCHEMA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field by its schema name, or one sub-field of a custom field set (CFS) by parent and sub-field.

    Schema names are what the API takes; display names ("Email Address") never are. They are compared as written,
    because LeadSquared does so.
    """

    parent: str
    sub: str | None = None

    @classmethod
    def parse(cls, text: str) -> "FieldName":
        """The field that `text` names; ValueError with the reason where it can name none."""
        parent, dot, sub = text.partition(".")
        if "." in sub:
            raise ValueError("it has more than one dot; a sub-field is written parent.sub-field")
        if dot and not (parent and sub):
            raise ValueError("a dotted name needs a name on both sides of the dot")
        for part in (parent, sub) if dot else (parent,):
            if reason := _reason_against(part):
                raise ValueError(reason)
        return cls(parent, sub if dot else None)

    def __str__(self) -> str:
        return self.parent if self.sub is None else f"{self.parent}.{self.sub}"


def _reason_against(part: str) -> str:
    """Why `part` is no schema name, empty where it is one."""
    if SCHEMA_NAME.fullmatch(part):
        return ""
    if not part:
        return "it is empty"
    if part[0].isdigit():
        return "a schema name begins with a letter or an underscore"
    wrong = next(mark for mark in part if not SCHEMA_NAME.fullmatch(f"_{mark}"))
    shown = {" ": "a blank", "\t": "a tab", "\n": "a line break"}.get(wrong, f"{wrong!r}")
    return f"a schema name holds letters A–Z, digits and underscores only, not {shown}"
