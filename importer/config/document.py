"""config.yaml as it was written: texts, lists and sections, and the line of each."""

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["Document", "KeyPath", "Problem", "read_document"]

KeyPath = tuple[str | int, ...]  # the keys and list positions that lead to a value
KNOWN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
)
NULL_TAG = "tag:yaml.org,2002:null"
MERGE_TAG = "tag:yaml.org,2002:merge"

COLON = "a colon too many (a value with one needs quotes), none in the line above, or wrong indentation"
MISFIT = "the indentation does not fit the lines above, or a text with # or quotes in it is not wholly in quotes"
PLAIN_WORDS = (  # what ruamel.yaml says, whether the line where the construct began tells more, what we say
    ("another document", False, "a second document begins with ---; config.yaml holds one"),
    ("found character '\\t'", False, "a tab stands where only blanks may indent"),
    ("that cannot start any token", False, "a value that begins with @, ` or % must stand in quotes"),
    ("undefined alias", False, "a value that begins with * must stand in quotes"),
    ("mapping values are not allowed", False, COLON),
    ("could not find expected ':'", True, "a key without its colon (a key with ` #` in it needs quotes)"),
    ("end of stream", True, "a quote is opened here and never closed"),
    ("but found ','", False, 'a value that is a comma must stand in quotes: ","'),
    ("expected <block end>", False, MISFIT),
    ("did not find expected", False, MISFIT),
    ("unknown escape", False, "an unknown escape after \\ in double quotes; use single quotes"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong with the configuration; `line` is 0 where no line of config.yaml is to blame."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(slots=True)
class Document:
    """What a YAML text holds.

    `data` is made of dicts, lists, texts as written (`007`, `No`, `2024-01-01`) and None for a plain null, whatever
    YAML would make of them. `lines` gives the line of each key and list item.
    """

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: KeyPath) -> int:
        """The line of the value at `path`, or of the nearest thing around it; 0 for the whole file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def read_document(text: str) -> Document:
    """`text` as a document; where its YAML cannot be read the one problem is in it, and no data."""
    document = Document()
    try:
        root = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        document.problems.append(_syntax_problem(error))
        return document
    except YAMLError:  # the reader's error, which has no mark: a character that YAML does not allow
        document.problems.append(_unprintable_problem(text))
        return document
    except RecursionError:
        document.problems.append(Problem(0, "it is nested too deeply"))
        return document
    if root is None:
        document.problems.append(Problem(0, "it is empty; it needs columns: at least"))
    elif not isinstance(root, MappingNode):
        document.problems.append(Problem(_line(root), "it must hold keys and values, such as `workers: 10`"))
    else:
        document.data = _section(root, (), document)
    return document


def _value(node: Node, path: KeyPath, document: Document) -> Any:  # noqa: ANN401 a tree of texts has no narrower type
    """What `node` holds; None where it cannot be understood, which is then a problem."""
    if node.anchor is not None:
        _object(node, document, "anchors (&) and aliases (*) are not understood; write the value out")
        return None
    if str(node.tag) not in KNOWN_TAGS:
        _object(node, document, "tags (!) are not understood; write a plain value")
        return None
    if isinstance(node, MappingNode):
        return _section(node, path, document)
    if isinstance(node, SequenceNode):
        items: list[Any] = []
        for nth, item in enumerate(node.value):
            document.lines[*path, nth] = _line(item)
            items.append(_value(item, (*path, nth), document))
        return items
    return None if str(node.tag) == NULL_TAG else _text(node, document)


def _section(node: MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.value:
        if str(key.tag) == MERGE_TAG:
            _object(key, document, "merge keys (<<) are not understood; write the values out")
            continue
        if not isinstance(key, ScalarNode) or key.anchor is not None:
            _object(key, document, "a key must be a plain text")
            continue
        name = _text(key, document)
        inner = (*path, name)
        if name in values:
            _object(key, document, f"`{name}` is there already, in line {document.lines[inner]}; keep one of them")
            continue
        document.lines[inner] = _line(key)
        values[name] = _value(value, inner, document)
    return values


def _text(node: Node, document: Document) -> str:
    """A text as written; half a character, which an escape in double quotes can make, is a problem."""
    text = str(node.value)
    if any("\ud800" <= mark <= "\udfff" for mark in text):
        _object(node, document, "an escape in double quotes makes half a character, which is no text")
        return "?"
    return text


def _object(node: Node, document: Document, reason: str) -> None:
    document.problems.append(Problem(_line(node), reason))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_problem(error: MarkedYAMLError) -> Problem:
    """The error in plain words. Nothing of the file's text is repeated: it may hold a key."""
    said = error.problem or ""
    mark, text = error.problem_mark, "it is no valid YAML from here on"
    for pattern, at_start, plain in PLAIN_WORDS:
        if pattern in said:
            mark, text = (error.context_mark if at_start and error.context_mark else mark), plain
            break
    else:
        if "flow" in (error.context or ""):
            mark, text = error.context_mark, "a [ or { is opened here and not closed, or a comma is missing in it"
    return Problem(0 if mark is None else int(mark.line) + 1, text)


def _unprintable_problem(text: str) -> Problem:
    offset = next((at for at, mark in enumerate(text) if not mark.isprintable() and mark not in "\t\n\r"), 0)
    line = text.count("\n", 0, offset) + 1
    return Problem(line, f"the invisible character U+{ord(text[offset]):04X} is not allowed; delete it")
