"""A second budget of an account is a name, a key of the config, and the terms that bring the two together."""

from pathlib import Path

from changed_house import ChangedHouse

TERMS = '''def open_update_slots(ledger: Ledger, config: Config) -> SharedSlots:
    """The slots of the calls that update."""
    limit = Limit(config.limits.update_calls, config.limits.per_seconds)
    return SharedSlots(ledger, Terms(budget=UPDATES, limit=limit, longest_s=60.0))


def check_quota('''
USE = """
import asyncio
from pathlib import Path
from importer.app.budget import open_update_slots, open_slots
from importer.config import load_config
from importer.ledger.ledger import Ledger

async def use():
    config = load_config(Path("config.yaml"), environ={})
    with Ledger("ledger.sqlite3", identity="acme", host="acme") as ledger:
        async with open_slots(ledger, config) as calls, open_update_slots(ledger, config) as updates:
            print(calls.limit, updates.limit)
            for _ in range(3):
                await updates.take()
            waiting = asyncio.ensure_future(updates.take())
            for _ in range(2):
                await calls.take()
            print("waits" if not waiting.done() else "went")
            waiting.cancel()

asyncio.run(use())
"""


def test_a_new_budget_has_a_limit_of_its_own_by_its_name_its_key_and_its_terms(tmp_path: Path) -> None:
    house = ChangedHouse.build(tmp_path)
    house.edit("ratelimit/budgets.py", '\nCALLS = "calls"\n', '\nUPDATES = "updates"\nCALLS = "calls"\n')
    house.edit(
        "config/settings.py",
        "    calls_per_day: Whole | None = None\n",
        "    update_calls: Whole = 1\n    calls_per_day: Whole | None = None\n",
    )
    house.edit("app/budget.py", "import BULK, CALLS\n", "import BULK, CALLS, UPDATES\n")
    house.edit("app/budget.py", "def check_quota(", TERMS)
    (tmp_path / "config.yaml").write_text(
        "limits: {calls: 2, per_seconds: 60, update_calls: 3}\ncolumns: {Name: FirstName}\n", "utf-8"
    )
    assert house.python(USE).splitlines() == ["2 per 60 s 3 per 60 s", "waits"]
