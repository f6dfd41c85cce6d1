"""What every section of config.yaml has in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from importer.lead.fieldname import FieldName

__all__ = ["Section", "read_field_name"]


class Section(BaseModel):
    """A section of config.yaml; a key without a value means its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:  # noqa: ANN401 pydantic hands in anything
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}


def read_field_name(text: object) -> FieldName:
    """The field that a text names; ValueError with the reason where it names none."""
    if not isinstance(text, str):
        raise ValueError("must be one schema name, such as FirstName or mx_KYC.Status")  # noqa: TRY004 pydantic's way
    try:
        return FieldName.parse(text)
    except ValueError as error:
        raise ValueError(f"`{text}` is no schema name: {error}") from None
