"""Which field of an account is made for the references of rows (`reference:` in config.yaml)."""

from importer.lead.checks import CUSTOM_PREFIX, check_reference
from importer.lead.metadata import FieldList

__all__ = ["find_reference"]

NAMES = frozenset({"importref", "importreference", "lsqref", "lsqreference", "lsqimportref"})
"""The names of such a field, without case and underscores: `mx_Import_Ref` is the one that the docs propose."""


def find_reference(fields: FieldList) -> str:
    """The schema name of the field for references, empty where the account has none that could hold one."""
    for field in fields:
        name = field.schema_name
        is_named = name.removeprefix(CUSTOM_PREFIX).replace("_", "").casefold() in NAMES
        if name.startswith(CUSTOM_PREFIX) and is_named and not any(check_reference(name, fields)):
            return name
    return ""
