"""Random mappings and rows, held against the sandbox: what is fit to send must not be refused, cut or off the list.

python tests/lead/lead_parity.py --rows 50000 --seed 1
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from built_lead import read_lead

from importer.errors import UsageError
from importer.lead import Body, Column, Constant, FieldName, LeadMapping, Policies, ValueRule, plan_mapping
from importer.lead.metadata import FieldList, read_fields
from importer.sandbox.body import Malformed, parse_body, read_attributes
from importer.sandbox.metadata import Metadata, load_metadata
from importer.sandbox.values import Rejected
from importer.sheet.table import Row

BUILT_IN = load_metadata(None)
SYSTEM = {"ProspectID", "ProspectAutoId", "CreatedOn", "ModifiedOn", "CreatedBy", "ModifiedBy"}
ROWS_PER_MAPPING = 50
PLAUSIBLE = {
    "Email": ("asha@example.com", "A.B+c@Example.CO.IN", "x@y", "a b@example.com", "a@b@c.d", "ü@müller.de", "a@b.c."),
    "Phone": ("+91-9845010001", "98450 10001", "+1 (617) 555-0143", "98450x10001", "none", "+", "+91‑98450", "٩٨"),
    "Number": ("12", "-12.50", "+7", "1,000", "1.", ".5", "1e5", "٣", "--1", "1 000", "12.345.678", "9" * 30),
    "Boolean": ("yes", "No", "TRUE", "0", "1", "on", "y", "2", "ja"),
    "Date": (
        "2026-10-05",
        "2026-10-05 11:30:00",
        "05/10/2026",
        "2026-02-30",
        "2026-10-05T11:30",
        "0000-01-01",
        "46300",
    ),
    "DateTime": (
        *("2026-10-05 00:00:00", "2026-10-06 11:30:00.123", "2026-10-06T11:30:00Z", "2026-10-06 11:30+05:30"),
        *("2026-13-01", "2026-10-05 24:00:00", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:30", "5 Oct 2026"),
    ),
    "Time": ("09:30", "9:30", "23:59:59", "24:00", "09:30 pm", "1:2"),
}
ANY = ("", " ", "x", "नमस्ते", "x" * 30, "y" * 2100, "👋" * 40, "a\nb", "\u00a0pad\u00a0", "=1+1", "#N/A", "a;b", "-")
VALUES: dict[str, Any] = {
    "Boolean": ((), (("ja", "yes"), ("on", ""))),
    "Number": ((), (("x", "12"), ("none", ""))),
    "Text": ((), (("x", "y"), ("Asha", ""))),
}
KINDS = (None, None, None, "date", "datetime", "time", "duration")
DATE_CELLS = ("2026-10-05 00:00:00", "2026-03-29 02:30:00", "1899-12-31 00:00:00", "09:30:00", "27:15:00")
FORMATS = (None, None, "%d/%m/%Y", "dd/mm/yyyy hh:mm", "%d %b %Y")


@dataclass
class Tally:
    """What a round came to; `breaches` must stay empty."""

    rows: int = 0
    ready: int = 0
    refused_mappings: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)


def run(rows: int, rng: random.Random) -> Tally:
    tally = Tally()
    while tally.rows < rows:
        names = list(random_names(read_fields(json.dumps(BUILT_IN.entries).encode()), rng))
        mandatory = rng.sample(sorted({name.parent for name in names}), rng.choice((0, 0, 1, 2)))
        metadata = BUILT_IN.with_mandatory(mandatory)
        fields = read_fields(json.dumps(metadata.entries).encode())
        policies = Policies(rng.choice(("invalid", "cut")), rng.choice(("invalid", "send")), "invalid")
        columns = [
            Column(f"H{nth} {name}", name, nth, random_rule(type_of(name, fields), rng))
            for nth, name in enumerate(names)
        ]
        constants = [Constant(FieldName("Source"), rng.choice(("Website", "website", "Fair")))] * rng.choice((0, 0, 1))
        columns = [column for column in columns if not constants or column.field != FieldName("Source")]
        header = [column.header for column in columns]
        try:
            mapping = plan_mapping(header, columns, constants, fields=fields, policies=policies)
        except UsageError:
            tally.refused_mappings += 1
            continue
        for number in range(2, 2 + ROWS_PER_MAPPING):
            check_row(random_row(number, columns, fields, rng), mapping, metadata, policies, tally)
    return tally


def random_names(fields: FieldList, rng: random.Random) -> Iterator[FieldName]:
    known = [one for one in fields if one.schema_name not in SYSTEM]
    named = ["FirstName", "LastName", "EmailAddress", "Phone", "Company", "mx_City", "DoNotCall", "mx_Enquiry_Date"]
    chosen = {fields.get(name) for name in rng.sample(named, 6)} | set(rng.sample(known, 6))
    for one in sorted(filter(None, chosen), key=lambda one: one.schema_name):
        if one.is_set:
            subs = rng.sample(one.sub_fields or (), min(3, len(one.sub_fields or ())))
            yield from (FieldName(one.schema_name, sub.schema_name) for sub in subs)
        else:
            yield FieldName(one.schema_name)


def type_of(name: FieldName, fields: FieldList) -> str:
    parent = fields.get(name.parent)
    assert parent is not None
    found = parent if name.sub is None else parent.sub(name.sub)
    assert found is not None
    return found.data_type


def random_rule(data_type: str, rng: random.Random) -> ValueRule:
    own = {"Email": "email", "Phone": "phone", "Number": "number", "Boolean": "boolean", "Date": "date"}
    own |= {"DateTime": "datetime", "Select": "choice", "MultiSelect": "choice"}
    kind: Any = rng.choice((None, own.get(data_type), "text"))
    if rng.random() < 0.02:
        kind = rng.choice(list(own.values()))
    default = rng.choice(PLAUSIBLE.get(data_type, ("Pune",)))[:100] if rng.random() < 0.08 else ""
    return ValueRule(
        type=kind,
        region=rng.choice((None, "IN")) if kind == "phone" else None,
        format=tuple(filter(None, [rng.choice(FORMATS)])) if kind in {"date", "datetime"} else (),
        timezone=ZoneInfo(rng.choice(("Asia/Kolkata", "Europe/Berlin", "America/New_York")))
        if kind == "datetime"
        else None,
        thousands=rng.choice(("", ",", " ")) if kind == "number" else "",
        values=rng.choice(VALUES.get(data_type, ((),))),
        default=default,
        is_required=not default and rng.random() < 0.05,
    )


def random_row(number: int, columns: list[Column], fields: FieldList, rng: random.Random) -> Row:
    cells: list[str] = []
    dates: dict[int, Any] = {}
    wildness = rng.choice((0.03, 0.1, 0.4))
    for index, column in enumerate(columns):
        data_type = type_of(column.field, fields)
        parent = fields.get(column.field.parent)
        options = parent.options if parent is not None and column.field.sub is None else ()
        good = PLAUSIBLE.get(data_type) or options or ("Asha", "Pune", "Rao & Sons")
        if rng.random() >= wildness:
            cells.append(good[0])
        elif rng.random() < 0.6:
            cells.append(rng.choice(good))
        elif rng.random() < 0.6:
            cells.append(rng.choice(ANY))
        elif rng.random() < 0.5:
            cells.append(rng.choice(rng.choice(list(PLAUSIBLE.values()))))
        else:
            kind = rng.choice(KINDS)
            cells.append(rng.choice(DATE_CELLS))
            dates |= {index: kind} if kind else {}
    return Row(number, tuple(cells), dates=dates)


def check_row(row: Row, mapping: LeadMapping, metadata: Metadata, policies: Policies, tally: Tally) -> None:
    tally.rows += 1
    body, problems = read_lead(mapping, row)
    if problems:
        tally.errors.update(problem.error for problem in problems)
        return
    tally.ready += 1
    try:
        stored = read_attributes(parse_body(json.dumps(body).encode()), metadata, country_code="91")
    except (Rejected, Malformed) as refusal:
        tally.breaches.append(f"{refusal}: {body} of {row}")
        return
    tally.breaches += damage(body, stored, metadata, policies)


def damage(body: Body, stored: dict[str, str], metadata: Metadata, policies: Policies) -> Iterator[str]:
    """What the sandbox has stored otherwise than it was sent, without a word."""
    for attribute in body:
        known = metadata.fields[attribute["Attribute"]]
        texts = (
            json.loads(stored[known.schema_name])
            if "Fields" in attribute
            else {known.schema_name: stored[known.schema_name]}
        )
        parts: list[Any] = attribute.get("Fields") or [attribute]
        for part in parts:
            name, sent = part["Attribute"], part["Value"]
            one = known if name == known.schema_name else (known.sub_fields or {})[name]
            if one.data_type in {"Text", "TextArea", "Number", "Website", "Select"} and texts[name] != sent:
                yield f"{name}: sent {sent!r}, stored {texts[name]!r}"
            options = options_of(metadata, known.schema_name, name)
            if options and policies.off_list == "invalid" and not set(sent.split(";")) <= options:
                yield f"{name}: {sent!r} is off its list"


def options_of(metadata: Metadata, parent: str, name: str) -> set[str]:
    entry: Any = next(entry for entry in metadata.entries if entry["SchemaName"] == parent)
    if name != parent:
        entry = next(sub for sub in entry["Fields"] if sub["SchemaName"] == name)
    return {option["Value"] for option in entry.get("Options") or ()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()
    tally = run(given.rows, random.Random(given.seed))
    sys.stdout.write(
        f"{tally.rows:,} rows, {tally.ready:,} ready, {tally.refused_mappings:,} mappings refused, "
        f"{len(tally.breaches)} breaches, {time.perf_counter() - began:.0f} s\n{dict(tally.errors.most_common())}\n"
    )
    for breach in tally.breaches[:10]:
        sys.stdout.write(f"{breach}\n")
    return 1 if tally.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
