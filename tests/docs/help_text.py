"""Brings the README's help text up to date: python tests/docs/help_text.py."""

import re

from test_readme import README, ROOT, shown_help

if __name__ == "__main__":
    text = re.sub(
        r"(<!-- help -->\n```\n).*?(\n```\n<!-- /help -->)",
        lambda found: f"{found[1]}{shown_help()}{found[2]}",
        README,
        flags=re.DOTALL,
    )
    (ROOT / "README.md").write_text(text, encoding="utf-8")
