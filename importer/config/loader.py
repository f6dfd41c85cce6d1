"""Load config.yaml with everything that wins over it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from importer.config.host import base_url_of
from importer.config.settings import Account, Config
from importer.errors import ConfigError, SettingsError
from importer.lead.columns import Column, Combination, Constant
from importer.lead.fieldname import FieldName
from importer.lead.header import tidy
from importer.lead.rule import AS_TEXT, Policies, ValueRule
from importer.lead.text import UnreadableTextError, clean
from importer.lead.values import PLAIN_TEXT, TYPES, types_with_key
from importer.nextstep import Action, NextStep

if TYPE_CHECKING:  # ruamel.yaml, pydantic and python-dotenv are imported when a file is loaded, not before
    from importer.config.columnschema import ColumnModel, CombinationModel, SkipModel
    from importer.config.document import Document, Problem
    from importer.config.environment import Environment
    from importer.config.section import Section

__all__ = ["load_config", "load_environment"]

SECRET_NAMES = frozenset(
    {"accesskey", "secretkey", "apikey", "apisecret", "key", "keys", "secret", "token", "password"}
)
MOST_BYTES = 4 << 20
ANOTHER_CONFIG = "Name another config file."
VENDOR_PREFIXES = ("xlsq", "lsq")  # x-LSQ-AccessKey is the header's name, LSQ_ACCESS_KEY the variable's


def load_config(path: Path, *, environ: Mapping[str, str]) -> Config:
    """The configuration in `path`, with `environ` and the .env beside it winning over it.

    ConfigError with all problems at once, in the order of their lines; UsageError where there is no such file.
    Missing keys are no problem here: see `require_keys`.
    """
    from importer.config.document import Problem, read_document
    from importer.config.environment import read_environment
    from importer.config.schema import validate

    text = _read(path)
    environment = read_environment(environ, path.parent / ".env")
    outside = [*environment.problems, *_host_problems(environment)]
    document = read_document(text)
    has_data = bool(document.data)
    _refuse_keys(document)
    model = validate(document) if has_data else None
    constants: tuple[Constant, ...] = ()
    if has_data:
        constants = tuple(_constants(document))
        document.problems += _mapping_problems(document, constants)
        document.problems += _timezone_problems(document)
        if not document.data.get("columns") and document.data.get("unmapped_columns") != "pass":
            reason = "`columns` is missing: nothing says which column of the spreadsheet goes to which field"
            document.problems.append(Problem(document.line_of(("columns",)), reason))
    if model is None or document.problems or outside:
        inside = [str(problem) for problem in sorted(set(document.problems))]
        is_bare = not has_data and not any(problem.line for problem in document.problems)
        steps = [NextStep(Action.PROPOSE_CONFIG)] if is_bare else []
        raise ConfigError(str(path) if inside else "The environment and .env", [*inside, *outside], steps=steps)
    return _assemble(path, model, document, constants, environment)


def load_environment(folder: Path, *, environ: Mapping[str, str]) -> Config:
    """A configuration without a config file: the account that `environ` and the .env in `folder` name, nothing else.

    ConfigError with all problems of the two.
    """
    from importer.config.environment import read_environment

    environment = read_environment(environ, folder / ".env")
    problems = [*environment.problems, *_host_problems(environment)]
    if problems:
        raise ConfigError(str(folder / ".env"), problems)
    return Config(account=_account(environment, Account()), ledger=environment.value("LSQ_LEDGER"))


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # reading a pipe or a device would not end
            raise SettingsError(f"{path} is a folder, a pipe or a device, not a config file.", hint=ANOTHER_CONFIG)
        if path.exists() and path.stat().st_size > MOST_BYTES:
            raise SettingsError(f"{path} is too large to be a config file.", hint=ANOTHER_CONFIG)
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no config file {path}.",
            steps=[NextStep(Action.NAME_CONFIG)],
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), [f"line {line}: it is not UTF-8; save the file as UTF-8"]) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", hint=ANOTHER_CONFIG) from None


def _refuse_keys(document: "Document") -> None:
    """Take access and secret keys out of the document, each a problem that does not repeat the value."""
    from importer.config.document import Problem

    sections = [
        ((), document.data),
        *(((name,), part) for name, part in document.data.items() if name not in {"columns", "combine", "constants"}),
    ]
    for path, section in sections:
        if not isinstance(section, dict):
            continue
        for name in [name for name in section if _is_secret(name)]:
            del section[name]
            reason = (
                f"`{name}`: keys have no place in config.yaml, which is copied and shared; set LSQ_ACCESS_KEY and "
                "LSQ_SECRET_KEY in the environment or a .env file beside it (and get new keys if it was shared)"
            )
            document.problems.append(Problem(document.line_of((*path, name)), reason))


def _is_secret(name: str) -> bool:
    plain = "".join(mark for mark in name.casefold() if mark.isalnum())
    for prefix in VENDOR_PREFIXES:
        plain = plain.removeprefix(prefix)
    return plain in SECRET_NAMES


def _host_problems(environment: "Environment") -> Iterator[str]:
    setting = environment.settings.get("LSQ_HOST")
    if setting is not None:
        try:
            base_url_of(setting.value)
        except ValueError as error:
            yield f"{setting.origin}: {error}"


def _constants(document: "Document") -> Iterator[Constant]:
    """The constants whose names and values are right; what is wrong with the others is added to the problems."""
    from importer.config.document import Problem

    written = document.data.get("constants")
    for name, entry in written.items() if isinstance(written, dict) else ():
        line = document.line_of(("constants", name))
        kind = entry.get("type") if isinstance(entry, dict) else None
        value = entry.get("value") if isinstance(entry, dict) else entry
        try:
            field = FieldName.parse(name)
            filled = not isinstance(value, str) or not value or bool(clean(value))
        except UnreadableTextError as error:
            document.problems.append(Problem(line, f"constants: `{name}`: its value holds {error}, which is no text"))
        except ValueError as error:
            document.problems.append(Problem(line, f"constants: `{name}`: {error}"))
        else:
            is_typed = isinstance(kind, str) and kind in TYPES and TYPES[kind] is not PLAIN_TEXT
            yield Constant(field, str(value), line, ValueRule(type=kind) if is_typed else AS_TEXT)
            if not filled:
                document.problems.append(Problem(line, f"constants: `{name}`: its value is nothing but blanks"))


def _mapping_problems(document: "Document", constants: tuple[Constant, ...]) -> Iterator["Problem"]:
    """A problem for each header that is none, and each field that a second column or constant would fill."""
    from importer.config.document import Problem

    written = document.data.get("columns")
    targets: list[tuple[str, str, int]] = []
    for header, target in written.items() if isinstance(written, dict) else ():
        if not tidy(header):
            yield Problem(document.line_of(("columns", header)), "columns: a header must be more than blanks")
            continue
        line = document.line_of(("columns", header))
        targets += [(field, f"the column `{header}`", line) for field in _fields_of(target)]
    combined = document.data.get("combine")
    for name in combined if isinstance(combined, dict) else ():
        line = document.line_of(("combine", name))
        try:
            targets.append((str(FieldName.parse(name)), "a combination", line))
        except ValueError as error:
            yield Problem(line, f"combine: `{name}`: {error}")
    targets += [(str(constant.field), "a constant", constant.line) for constant in constants]
    if isinstance(reference := document.data.get("reference"), str):
        targets.append((reference, "`reference`", document.line_of(("reference",))))
    first: dict[str, tuple[str, int]] = {}
    for field, what, line in targets:
        if field in first:
            other, other_line = first[field]
            yield Problem(
                line, f"{what} goes to {field}, where {other} of line {other_line} goes already; keep one of them"
            )
        else:
            first[field] = (what, line)


def _fields_of(target: object) -> list[str]:
    """The fields that a column names, as written, in its short form or its long one."""
    if isinstance(target, dict):
        split = target.get("split")
        named = [target.get("field"), *(split if isinstance(split, list) else ())]
        return list(dict.fromkeys(field for field in named if isinstance(field, str)))
    return [target] if isinstance(target, str) else []


def _timezone_problems(document: "Document") -> Iterator["Problem"]:
    """A problem for each column of moments of which nothing says where their times are."""
    from importer.config.document import Problem

    sections = {name: part for name in ("columns", "combine") if isinstance(part := document.data.get(name), dict)}
    for section, header, target in ((name, *entry) for name, part in sections.items() for entry in part.items()):
        kind = target.get("type") if isinstance(target, dict) else None
        needs_timezone = isinstance(kind, str) and kind in types_with_key("timezone")
        if needs_timezone and not (target.get("timezone") or document.data.get("timezone")):
            reason = (
                f"{section}: `{header}`: type: {kind} needs a timezone, here or for the whole file, such as "
                "timezone: Asia/Kolkata; LeadSquared takes times for UTC"
            )
            yield Problem(document.line_of((section, header)), reason)


def _assemble(
    path: Path,
    model: "Section",
    document: "Document",
    constants: tuple[Constant, ...],
    environment: "Environment",
) -> Config:
    """The settings that the file says, with the columns put together and the environment's words on top."""
    from importer.config.schema import settings_of

    policies = settings_of(Policies, model)
    rules: list[SkipModel] = dict(model)["skip_rows"]
    skips = tuple(rule.rule(document.line_of(("skip_rows", nth))) for nth, rule in enumerate(rules))
    written = settings_of(Config, model, path=path, columns=(), constants=constants, policies=policies, skip_rows=skips)
    return replace(
        written,
        account=_account(environment, written.account),
        ledger=environment.value("LSQ_LEDGER") or written.ledger,
        columns=tuple(_columns(dict(model)["columns"], document, written)),
        combinations=tuple(_combinations(dict(model)["combine"], document, written)),
    )


def _combinations(
    entries: "Mapping[str, CombinationModel]", document: "Document", written: Config
) -> Iterator[Combination]:
    for name, entry in entries.items():
        line = document.line_of(("combine", name))
        zone, policies = written.timezone, written.policies
        yield entry.combination(FieldName.parse(name), line, timezone=zone, policies=policies)


def _account(environment: "Environment", written: Account) -> Account:
    host = environment.value("LSQ_HOST") or written.host
    return replace(
        written,
        host=host,
        base_url=base_url_of(host) if host else "",
        access_key=environment.value("LSQ_ACCESS_KEY"),
        secret_key=environment.value("LSQ_SECRET_KEY"),
    )


def _columns(columns: Mapping[str, "ColumnModel"], document: "Document", written: Config) -> Iterator[Column]:
    for header, column in columns.items():
        first, rest = column.split or (column.field, None)
        assert first is not None, "the schema sees to it"  # noqa: S101 - our own misuse
        rule = column.rule(timezone=written.timezone, policies=written.policies)
        yield Column(header, first, document.line_of(("columns", header)), rule, rest)
