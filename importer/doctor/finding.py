"""What one check found."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for a person. `remedy` says what to do; without one, all is well. No text holds a key."""

    what: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to do."""
        return not self.remedy

    def __str__(self) -> str:
        text = f"ok    {self.what}" if self.is_well else f"MEND  {self.what}\n{self.remedy}"
        return text.replace("\n", "\n      ")
