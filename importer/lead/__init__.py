"""A row → the lead that LeadSquared takes. Pure: nothing here does input or output."""

from importer.lead.columns import Column, Constant, UnmappedColumns
from importer.lead.fieldname import FieldName
from importer.lead.header import MappedColumn, MissingHeaderError, cell_name, column_letters
from importer.lead.mapping import LeadMapping
from importer.lead.payload import Attribute, Body, PayloadPlan, SubField
from importer.lead.plan import plan_mapping
from importer.lead.refusal import Refusal
from importer.lead.rule import Policies, ValueRule
from importer.lead.text import UnreadableTextError, clean

__all__ = [
    "Attribute",
    "Body",
    "Column",
    "Constant",
    "FieldName",
    "LeadMapping",
    "MappedColumn",
    "MissingHeaderError",
    "PayloadPlan",
    "Policies",
    "Refusal",
    "SubField",
    "UnmappedColumns",
    "UnreadableTextError",
    "ValueRule",
    "cell_name",
    "clean",
    "column_letters",
    "plan_mapping",
]
