"""A person as adversary: between runs it does to the report whatever people do, at random, and nobody is doubled.

Each line's City belongs to one made-up person alone, so the account shows whose lead is whose. `PERSON_SEEDS` runs more
of them: PERSON_SEEDS=200 pytest tests/run/test_run_person.py
"""

import csv
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from truth import MARKER, Cells
from workbench import Account, Desk, person

WIDTH = 6
ACTS = 12
TAIL = 10
MX = '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input!"}'
SEEDS = range(int(os.environ.get("PERSON_SEEDS", "4")))

Records = list[list[str]]


class Person:
    """Somebody with a spreadsheet program. Each act changes the report's lines and header."""

    def __init__(self, seed: int) -> None:
        self.draws = random.Random(seed)
        self.names = 100
        self.done: list[str] = []

    def new_cells(self) -> Cells:
        self.names += 1
        has_key = self.draws.random() < 0.4
        return person(self.names, email=has_key, phone=has_key, remark="new")

    def act(self, header: list[str], records: Records) -> Records:
        """Do one thing; each is done to the lines in place, or gives others."""
        acts = [self.copy, self.sort, self.swap, self.delete, self.add, self.mend, self.remark, self.edit_created]
        act = self.draws.choice([*acts, self.drop_columns, self.move_columns])
        self.done.append(act.__name__)
        return act(header, records)

    def copy(self, _header: list[str], records: Records) -> Records:
        at = self.draws.randrange(len(records))
        copied = [*self.new_cells(), *records[at][WIDTH:]]
        records.insert(at + self.draws.randint(0, 1), copied)
        return records

    def sort(self, _header: list[str], records: Records) -> Records:
        column = self.draws.randrange(len(records[0]))
        return sorted(records, key=lambda record: record[column], reverse=self.draws.random() < 0.5)

    def swap(self, header: list[str], records: Records) -> Records:
        """Swap the references of two lines, or all that is ours; in a longer report this is not most of it."""
        one, other = self.draws.sample(records, 2)
        for place in range(WIDTH, len(header)) if self.draws.random() < 0.5 else [header.index("lsq_ref")]:
            one[place], other[place] = other[place], one[place]
        return records

    def delete(self, _header: list[str], records: Records) -> Records:
        if len(records) > 8:
            del records[self.draws.randrange(len(records))]
        return records

    def add(self, _header: list[str], records: Records) -> Records:
        records.insert(self.draws.randint(0, len(records)), [*self.new_cells(), *[""] * TAIL])
        return records

    def mend(self, _header: list[str], records: Records) -> Records:
        for record in records:
            record[0] = record[0] or "Mended"
        return records

    def remark(self, _header: list[str], records: Records) -> Records:
        return [[*record[:5], f"note {len(self.done)}", *record[6:]] for record in records]

    def edit_created(self, header: list[str], records: Records) -> Records:
        created = [record for record in records if record[header.index("lsq_status")] == "created"]
        if created:
            self.draws.choice(created)[1] = "Edited"
        return records

    def drop_columns(self, header: list[str], records: Records) -> Records:
        ours = [name for name in header[WIDTH:] if name not in {"lsq_row", "lsq_status"}]
        gone = {header.index(name) for name in self.draws.sample(ours, self.draws.randint(1, 4))}
        header[:] = [name for place, name in enumerate(header) if place not in gone]
        return [[cell for place, cell in enumerate(record) if place not in gone] for record in records]

    def move_columns(self, header: list[str], records: Records) -> Records:
        order = self.draws.sample(range(len(header)), len(header))
        header[:] = [header[place] for place in order]
        return [[record[place] for place in order] for record in records]


def change(path: Path, somebody: Person) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    records = somebody.act(header, records)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *records])


def straighten(path: Path) -> None:
    """Put the report's columns back in their usual order, which the acts count on."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    usual = ["First Name", "Last Name", "Email", "Mobile", "City", "Remark", *[n for n in header if n[:4] == "lsq_"]]
    order = [header.index(name) for name in usual]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[line[place] for place in order] for line in (header, *records)])


def run_and_kill(desk: Desk, account: Account, at: int) -> None:
    """Kill a run of the report when so many calls have arrived, if it comes that far."""
    before = account.stats()["creates"]
    process = desk.start("leads.report.csv")
    account.wait_until(lambda stats: stats["creates"] >= before + at or process.poll() is not None)
    process.kill()
    process.communicate()


@pytest.mark.usefixtures("quick_look_ups")
@pytest.mark.parametrize("kills", [0.0, 0.5])
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_a_person_does_to_the_report_nobody_is_sent_twice_and_no_line_lies(
    desk: Desk, account: Account, seed: int, kills: float
) -> None:
    somebody = Person(seed)
    account.change(latency="5-30")
    desk.configure(workers=3)
    rows = [person(n, email=n % 3 == 0, phone=n % 4 == 0, remark="") for n in range(1, 13)]
    rows[5] = ("", "", "", "", "City 6", "")
    desk.write(rows)
    account.script(*[{"call": "Lead.Create", "status": 500, "body": MX}] * 2)
    desk.call("leads.csv")
    report = desk.folder / "leads.report.csv"
    for _ in range(ACTS):
        change(report, somebody)
        if somebody.draws.random() < 0.3:
            account.script({"call": "Lead.Create", "status": 500, "body": MX})
        if somebody.draws.random() < kills:
            run_and_kill(desk, account, somebody.draws.randint(1, 3))
            somebody.done.append("kill")
        run = desk.call("leads.report.csv")
        account.clear_script()
        assert run.status in {0, 1}, (somebody.done, run.err)
        straighten(report)
        check(desk, account, somebody.done)
        if somebody.draws.random() < 0.2:
            desk.call("leads.csv", "-r", "source.csv")
            somebody.done.append("source")
            assert desk.call("leads.report.csv").status in {0, 1}
            check(desk, account, somebody.done)


def check(desk: Desk, account: Account, done: list[str]) -> None:
    leads = {lead["id"]: lead["attributes"]["mx_City"] for lead in account.leads()}
    twice = [city for city, count in Counter(leads.values()).items() if count > 1]
    assert not twice, (done, twice)
    lines = desk.report()
    created = [line for line in lines if line.status == "created"]
    assert [line.cells[MARKER] for line in created] == [leads.get(line.lead_id) for line in created], done
    for line in lines:
        # A person must tell: neither reference nor lead id is left, or a run was killed and no unique value is there.
        is_asked = line.error == "reference_lost" or line.status == "unknown"
        is_created = line.status == "created"
        assert is_asked or is_created == (line.cells[MARKER] in leads.values()), (done, line)
