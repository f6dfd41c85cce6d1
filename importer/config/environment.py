"""The settings that come from the environment or a .env file, and win over config.yaml."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from importer.nearest import ask, find_near

__all__ = ["Environment", "Setting", "notify_addresses", "read_environment"]

NAMES = ("LSQ_HOST", "LSQ_ACCESS_KEY", "LSQ_SECRET_KEY", "LSQ_LEDGER", "LSQ_NOTIFY")
KEY_NAMES = ("LSQ_ACCESS_KEY", "LSQ_SECRET_KEY")
MISSPELT = 0.8  # LSQ_SECRETKEY is a misspelling, LSQ_TIMEZONE somebody else's variable


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it stands; its repr hides it, since it may be a key."""

    value: str
    origin: str

    def __repr__(self) -> str:
        return f"Setting(origin={self.origin!r})"


@dataclass(frozen=True, slots=True)
class Environment:
    """What is set outside config.yaml, by variable; `problems` never repeat a value."""

    settings: Mapping[str, Setting]
    problems: tuple[str, ...]

    def value(self, name: str) -> str | None:
        """What `name` is set to, None where it is not."""
        setting = self.settings.get(name)
        return None if setting is None else setting.value


def read_environment(environ: Mapping[str, str], dotenv_path: Path) -> Environment:
    """The `LSQ_…` variables of `environ`, then of the .env at `dotenv_path`; an empty variable is an unset one.

    In a .env `$` is an ordinary character (access keys begin with `u$r`), and ` #` begins a comment outside quotes.
    """
    written, problems = _read_dotenv(dotenv_path)
    settings: dict[str, Setting] = {}
    for name in NAMES:
        outside = environ.get(name, "").strip()
        setting = Setting(outside, f"{name} in the environment") if outside else written.get(name)
        if setting is None:
            continue
        if name in KEY_NAMES and any(mark.isspace() or not mark.isprintable() for mark in setting.value):
            problems.append(f"{setting.origin}: a key holds no blanks and no line breaks; copy it anew")
            continue
        settings[name] = setting
    return Environment(settings, tuple(problems))


def notify_addresses(environ: Mapping[str, str], dotenv_path: Path) -> tuple[str, ...]:
    """Whom to tell how imports end: the URLs of LSQ_NOTIFY, with blanks between. Each is a secret."""
    return tuple((read_environment(environ, dotenv_path).value("LSQ_NOTIFY") or "").split())


def _read_dotenv(path: Path) -> tuple[dict[str, Setting], list[str]]:
    """The settings in a .env, and what is wrong with it; nothing of either where there is no such file."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for good
            return {}, [f"{path.name} is a folder, a pipe or a device, not a file"]
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [f"{path.name}: it is not UTF-8; save it as UTF-8"]
    except OSError as error:
        return {}, [f"{path.name} cannot be read: {error.strerror}"]
    settings: dict[str, Setting] = {}
    problems: list[str] = []
    others: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        origin = f"{path.name}, line {_line(binding)}"
        if binding.error:
            problems.append(f"{origin}: it is not NAME='value', or a quote is not closed")
        elif binding.key not in NAMES:
            others[binding.key or ""] = origin
        elif binding.value is None:
            problems.append(f"{origin}: {binding.key} has no = and no value")
        elif value := binding.value.strip():
            settings[binding.key] = Setting(value, f"{origin}: {binding.key}")
    return settings, [*problems, *_misspelt(others, settings)]


def _misspelt(others: Mapping[str, str], settings: Mapping[str, Setting]) -> Iterator[str]:
    """A problem for each variable of another name that must be one of ours; `others` holds where each stands."""
    for name, origin in others.items():
        near = find_near(name.upper(), {known: known for known in NAMES}, cutoff=MISSPELT)
        if near and near[0] not in settings:
            yield f"{origin}: unknown variable {name}{ask(near[0])}"


def _line(binding: Binding) -> int:
    """The line of the variable itself: the parser counts the empty lines before it as its own."""
    written = binding.original.string
    blank = written[: len(written) - len(written.lstrip())]
    return int(binding.original.line) + blank.count("\n")
