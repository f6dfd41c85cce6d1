"""Which columns hold a date of birth: their two-digit years are never read as a birth in the future."""

import re

__all__ = ["is_birth"]

BIRTH = re.compile(
    r"birth|\bborn\b|geburt|geboren|naissance|nacimiento|nascimento|nascita|ميلاد|जन्म|janm|"
    r"(?-i:DOB)|(?<![^\W_])d\W?\s?o\W?\s?b(?![^\W_])",
    re.IGNORECASE,
)
TO_COME = re.compile(r"expected|due|next|upcoming|remind", re.IGNORECASE)


def is_birth(*names: str) -> bool:
    """Whether one of the names of a column (header, schema name, display name) says that its dates are births.

    An expected birth is none: it lies in the future.
    """
    return any(BIRTH.search(name) for name in names) and not any(TO_COME.search(name) for name in names)
