"""The texts of a row, one for each field that is mapped → the body of its Lead.Create call."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, NotRequired, TypedDict

from importer.lead.fieldname import FieldName

__all__ = ["Attribute", "Body", "PayloadPlan", "SubField"]


class SubField(TypedDict):
    """One value of a custom field set."""

    Attribute: str
    Value: str


class Attribute(TypedDict):
    """One value of a lead as Lead.Create takes it; `Fields` only for a custom field set."""

    Attribute: str
    Value: str
    Fields: NotRequired[list[SubField]]


Body = list[Attribute]


class _FieldSet(NamedTuple):
    """Where the texts of a custom field set stand; `own` is its parent's own, mapped beside its parts."""

    own: int | None
    subs: tuple[tuple[str, int], ...]


class _Step(NamedTuple):
    """One attribute: its schema name, and the index of its text or of those of its set."""

    name: str
    text_index: int
    field_set: _FieldSet | None


class PayloadPlan:
    """Puts texts together as a body; worked out once a file. A text's index is that of its field in `fields`."""

    def __init__(self, fields: Sequence[FieldName]) -> None:
        self.fields = tuple(fields)
        self._steps = tuple(_plan_steps(self.fields))

    def body(self, texts: Sequence[str]) -> Body:
        """The body; empty texts are left out, and so is a custom field set of which nothing is filled."""
        body: Body = []
        for name, index, field_set in self._steps:
            if field_set is not None:
                body += _gather(name, field_set, texts)
            elif value := texts[index]:
                body.append({"Attribute": name, "Value": value})
        return body

    def index(self, field: str) -> int | None:
        """Where the text stands that is sent as this field itself, None where nothing is."""
        return next(
            (index for index, name in enumerate(self.fields) if name.sub is None and name.parent == field), None
        )

    def indexes(self, field: str) -> tuple[int, ...]:
        """Where the texts stand of which any fills this field, be it through a sub-field."""
        return tuple(index for index, name in enumerate(self.fields) if name.parent == field)


def _gather(name: str, field_set: _FieldSet, texts: Sequence[str]) -> Iterable[Attribute]:
    own = "" if field_set.own is None else texts[field_set.own]
    subs: list[SubField] = [
        {"Attribute": sub, "Value": value} for sub, index in field_set.subs if (value := texts[index])
    ]
    if subs:
        return [{"Attribute": name, "Value": own, "Fields": subs}]
    return [{"Attribute": name, "Value": own}] if own else []


def _plan_steps(fields: Sequence[FieldName]) -> Iterator[_Step]:
    """One step for each attribute; a custom field set stands where its first sub-field does."""
    subs: dict[str, list[tuple[str, int]]] = {}
    for index, name in enumerate(fields):
        if name.sub is not None:
            subs.setdefault(name.parent, []).append((name.sub, index))
    own = {name.parent: index for index, name in enumerate(fields) if name.sub is None}
    for index, name in enumerate(fields):
        gathered = subs.get(name.parent)
        if gathered is None:
            yield _Step(name.parent, index, None)
        elif (name.sub, index) == gathered[0]:
            yield _Step(name.parent, index, _FieldSet(own.get(name.parent), tuple(gathered)))
