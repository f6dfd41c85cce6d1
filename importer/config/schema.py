"""What config.yaml may say: the typed models of its sections."""

import difflib
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, ValidationError

from importer.config.account import base_url_of
from importer.config.columnschema import ColumnModel, ConstantModel, Timezone
from importer.config.document import Document, KeyPath, Problem
from importer.config.phrases import ask, describe
from importer.config.section import Section, read_field_name
from importer.config.settings import HiddenRows, Merged
from importer.lead.checks import CUSTOM_PREFIX
from importer.lead.rule import BadEmail, OffList, TooLong
from importer.leadsquared.route import NO_PROXY, proxy_address

__all__ = ["ConfigModel", "validate"]

MOST_WORKERS = 200
MOST_CALLS = 1_000_000_000
MOST_ROWS = 1_048_576  # of a worksheet
LONGEST_S = 86_400.0
DELIMITERS = {",": ",", ";": ";", "\t": "\t", "|": "|", "tab": "\t", "\\t": "\t"}
IDENTITIES = ("mapped", "all")
ENCODINGS = (
    *("utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp437", "cp850", "cp874", "latin-1", "iso-8859-2", "iso-8859-15", "koi8-r", "mac-roman", "shift_jis"),
    *("euc-jp", "gb18030", "big5", "euc-kr"),
)  # the usual ones, to guess a misspelt name from


def _unique_field(text: object) -> str:
    name = read_field_name(text)
    if name.sub is not None:
        raise ValueError(f"`{name}` is a sub-field, which cannot be unique in LeadSquared")
    return str(name)


def _reference_field(text: object) -> str:
    name = read_field_name(text)
    if name.sub is not None or not name.parent.startswith(CUSTOM_PREFIX):
        raise ValueError(f"`{name}` is no custom field; it must be one made for this alone, such as mx_Import_Ref")
    return name.parent


def _identity(value: object) -> "str | tuple[str, ...]":
    if value in IDENTITIES:
        return str(value)
    if not isinstance(value, list) or not value or not all(isinstance(name, str) and name.strip() for name in value):
        raise ValueError("it must be mapped, all, or a list of headers, such as [Customer ID]")
    return tuple(value)


def _encoding(text: object) -> str:
    name = str(text).strip()
    try:
        "a".encode(name)  # refuses what is no codec, and the codecs that are none of text, such as hex
    except (LookupError, ValueError):
        near = difflib.get_close_matches(name.lower(), ENCODINGS, n=1)
        raise ValueError(f"`{name}` is no known encoding{ask(near)}") from None
    return name


def _delimiter(text: object) -> str:
    delimiter = DELIMITERS.get(str(text).lower())
    if delimiter is None:
        raise ValueError('it must be one of "," ";" "|" in quotes, or the word tab')
    return delimiter


def _host(text: object) -> str:
    try:
        base_url_of(str(text))
    except ValueError as error:
        raise ValueError(f"{error}") from None  # the host itself is not repeated: a pasted URL may hold a key
    return str(text).strip()


def _proxy(text: object) -> str:
    """A proxy's URL, or `none`; the text itself is not repeated, since it may hold a password."""
    url = str(text).strip()
    if url.casefold() == NO_PROXY:
        return NO_PROXY
    url = url if "://" in url else f"http://{url}"
    if "@" in url:
        raise ValueError(
            "a user name or password has no place in config.yaml; leave `proxy` out, and set HTTPS_PROXY instead"
        )
    proxy_address(url)
    return url


Text = Annotated[str, Field(min_length=1)]


class AccountModel(Section):
    """`account:`; the keys have no place in it."""

    host: Annotated[str, PlainValidator(_host)] = ""
    trusted_host: bool = False
    auth: Literal["query", "headers"] = "query"
    name: Text | None = None


class LimitsModel(Section):
    """`limits:`."""

    calls: Annotated[int, Field(ge=1, le=MOST_CALLS)] = 25
    per_seconds: Annotated[float, Field(ge=0.01, le=LONGEST_S, allow_inf_nan=False)] = 5.0
    share: Annotated[float, Field(ge=0.001, le=1)] = 1.0
    calls_per_day: Annotated[int, Field(ge=1, le=MOST_CALLS)] | None = None


class BreakerModel(Section):
    """`breaker:`; 0 turns a rule off."""

    failures: Annotated[int, Field(ge=0, le=MOST_CALLS)] = 20
    same_error: Annotated[int, Field(ge=0, le=MOST_CALLS)] = 25


class ConfigModel(Section):
    """The whole of config.yaml."""

    account: AccountModel = AccountModel()
    limits: LimitsModel = LimitsModel()
    breaker: BreakerModel = BreakerModel()
    workers: Annotated[int, Field(ge=1, le=MOST_WORKERS)] = 10
    timeout_s: Annotated[float, Field(ge=0.001, le=LONGEST_S, allow_inf_nan=False)] = 30.0
    proxy: Annotated[str, PlainValidator(_proxy)] | None = None
    sheet: Text | None = None
    header_row: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1
    header_rows: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1
    encoding: Annotated[str, PlainValidator(_encoding)] | None = None
    delimiter: Annotated[str, PlainValidator(_delimiter)] | None = None
    merged: Merged = "first"
    hidden_rows: HiddenRows = "read"
    source: Text | None = None
    identity: Annotated[str | tuple[str, ...], PlainValidator(_identity)] = "mapped"
    ledger: Text | None = None
    columns: dict[str, ColumnModel] = Field(default_factory=dict)
    constants: dict[str, ConstantModel] = Field(default_factory=dict)
    unmapped_columns: Literal["ignore", "error", "pass"] = "ignore"
    timezone: Timezone | None = None
    too_long: TooLong = "invalid"
    off_list: OffList = "invalid"
    bad_email: BadEmail = "invalid"
    duplicates_are: Literal["failures", "ok"] = "failures"
    unique: tuple[Annotated[str, PlainValidator(_unique_field)], ...] = ("EmailAddress", "Phone", "Mobile")
    reference: Annotated[str, PlainValidator(_reference_field)] | None = None


SECTIONS: Mapping[KeyPath, type[Section]] = {
    (): ConfigModel,
    ("account",): AccountModel,
    ("limits",): LimitsModel,
    ("breaker",): BreakerModel,
}


def validate(document: Document) -> ConfigModel | None:
    """The document as a model; None where it is wrong, with every problem added to the document's."""
    try:
        return ConfigModel.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = detail["loc"]
            inner = ConstantModel if path[0] == "constants" else ColumnModel
            known = list(SECTIONS.get(path[:-1], inner).model_fields)
            document.problems.append(Problem(document.line_of(path), describe(detail, known)))
        return None
