"""Texts as a config.yaml takes them: for every line that is proposed to be pasted there."""

import json
import re

__all__ = ["in_quotes", "yaml_word"]

_PLAIN = re.compile(r"[A-Za-z][\w/()-]*(?: [\w/()-]+)*", re.ASCII)
_YAML_WORDS = frozenset({"yes", "no", "true", "false", "null", "on", "off", "y", "n"})


def yaml_word(text: str) -> str:
    """A text as a key or a value: in quotes where YAML would take it for something else."""
    is_plain = _PLAIN.fullmatch(text) and text.casefold() not in _YAML_WORDS
    return text if is_plain else in_quotes(text)


def in_quotes(text: str) -> str:
    """A text as YAML's double quotes take it, which are JSON's; what does not print is escaped."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(mark if mark.isprintable() else f"\\U{ord(mark):08X}" for mark in written)
