"""A text of config.yaml as the value that it means; each function raises ValueError with the reason if it is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from importer.config.host import base_url_of
from importer.config.proxy import NO_PROXY, proxy_address
from importer.lead.checks import CUSTOM_PREFIX
from importer.lead.fieldname import FieldName
from importer.nearest import ask as ask_about
from importer.nearest import find_near

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

__all__ = [
    "DELIMITERS",
    "IDENTITIES",
    "TEXTS",
    "Read",
    "ask",
    "read_delimiter",
    "read_encoding",
    "read_field_name",
    "read_host",
    "read_identity",
    "read_proxy",
    "read_reference_field",
    "read_timezone",
    "read_unique_field",
]

TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
"""The JSON Schema of a list of texts."""

DELIMITERS = {",": ",", ";": ";", "\t": "\t", "|": "|", "tab": "\t", "\\t": "\t"}
LONGEST_SHORT_FORM = 4
IDENTITIES = ("mapped", "all")
ENCODINGS = (
    *("utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp437", "cp850", "cp874", "latin-1", "iso-8859-2", "iso-8859-15", "koi8-r", "mac-roman", "shift_jis"),
    *("euc-jp", "gb18030", "big5", "euc-kr"),
)  # the usual ones, to guess a misspelt name from


@dataclass(frozen=True, slots=True)
class Read:
    """Stands in the annotation of a setting: `function` makes its value of what config.yaml says.

    pydantic asks for the schema when a file is loaded, so that the settings themselves import nothing of it.
    """

    function: Callable[[Any], object]
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"}, compare=False)
    """The JSON Schema of what the function takes, as far as one can say it."""

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> "CoreSchema":
        """A validator that calls the function and nothing else."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self.function)

    def __get_pydantic_json_schema__(self, _core: object, _handler: object) -> dict[str, Any]:
        """What an editor is told of it."""
        return dict(self.schema)


def ask(near: Sequence[str]) -> str:
    """The question that ends a message about a misspelling, empty where nothing comes near."""
    return ask_about(f"`{near[0]}`") if near else ""


def read_field_name(text: object) -> FieldName:
    """The field that a text names; ValueError with the reason where it names none."""
    if not isinstance(text, str):
        raise ValueError("must be one schema name, such as FirstName or mx_KYC.Status")  # noqa: TRY004 pydantic's way
    try:
        return FieldName.parse(text)
    except ValueError as error:
        near = "".join(mark for mark in text if mark.isalnum() or mark in "_.")
        meant = ask_about(f"`{near}`") if near.isascii() and near != text and not near[:1].isdigit() else ""
        raise ValueError(f"`{text}` is no schema name: {error}{meant}") from None


def read_unique_field(text: object) -> str:
    """A field that the account keeps unique."""
    name = read_field_name(text)
    if name.sub is not None:
        raise ValueError(f"`{name}` is a sub-field, which cannot be unique in LeadSquared")
    return str(name)


def read_reference_field(text: object) -> str:
    """The field that gets each row's reference."""
    name = read_field_name(text)
    if name.sub is not None or not name.parent.startswith(CUSTOM_PREFIX):
        raise ValueError(f"`{name}` is no custom field; it must be one made for this alone, such as mx_Import_Ref")
    return name.parent


def read_identity(value: object) -> "str | tuple[str, ...]":
    """Which columns make a row the same row."""
    if value in IDENTITIES:
        return str(value)
    if not isinstance(value, list) or not value or not all(isinstance(name, str) and name.strip() for name in value):
        raise ValueError("it must be mapped, all, or a list of headers, such as [Customer ID]")
    return tuple(value)


def read_encoding(text: object) -> str:
    """A text file's encoding."""
    name = str(text).strip()
    try:
        "a".encode(name)  # refuses what is no codec, and the codecs that are none of text, such as hex
    except (LookupError, ValueError):
        near = find_near(name.lower(), {encoding: encoding for encoding in ENCODINGS})
        raise ValueError(f"`{name}` is no known encoding, such as utf-8 or cp1252{ask(near)}") from None
    return name


def read_delimiter(text: object) -> str:
    """A text file's delimiter, as it is or by its name."""
    delimiter = DELIMITERS.get(str(text).lower())
    if delimiter is None:
        raise ValueError('it must be one of "," ";" "|" in quotes, or the word tab')
    return delimiter


def read_host(text: object) -> str:
    """A host or URL, which stays as it is written."""
    try:
        base_url_of(str(text))
    except ValueError as error:
        raise ValueError(f"{error}") from None  # the host itself is not repeated: a pasted URL may hold a key
    return str(text).strip()


def read_proxy(text: object) -> str:
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


def read_timezone(text: object) -> ZoneInfo:
    """A time zone by its IANA name."""
    name = str(text).strip()
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        known = sorted(available_timezones())
        by_fold = {zone.lower(): zone for zone in known} | {zone.rpartition("/")[2].lower(): zone for zone in known}
        is_short_form = len(name) <= LONGEST_SHORT_FORM  # IST is India's, Israel's and Ireland's
        near = [] if is_short_form else find_near(name.lower().replace(" ", "_"), by_fold)
        raise ValueError(f"`{name}` is no known time zone, such as Asia/Kolkata{ask(near)}") from None
