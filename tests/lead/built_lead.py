"""What a row's call would say, for tests that look at the body and the problems of one row."""

from importer.errors import RowProblem
from importer.lead.mapping import LeadMapping
from importer.lead.payload import Body
from importer.sheet.table import Row

__all__ = ["read_lead"]


def read_lead(mapping: LeadMapping, row: Row) -> tuple[Body, tuple[RowProblem, ...]]:
    texts, problems = mapping.read(row)
    return mapping.payload_plan.body(texts), problems
