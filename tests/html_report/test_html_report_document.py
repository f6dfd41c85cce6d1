"""The page is one safe, self-contained file of bounded size, written whole or not at all."""

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from html_report_makings import RUN, paced, page_data, write

from importer.errors import UsageError
from importer.html_report.document import check_page, page_path, write_page
from importer.outcome import Outcome, Status
from importer.ratelimit.timeline import Timeline
from importer.report.replacement import ReportError

MARKUP = "<script>alert('x')</script><img src=x onerror=alert(1)>&amp;\"'"
CREATED = Outcome(Status.CREATED)


class Page(HTMLParser):
    """The page's tags, what they would load, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._is_style = False
        self.feed(text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.text += " "
        self._is_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.text += data


def invalid(row: int, message: str = "Cell B2 holds #N/A.", tip: str = "Mend it.") -> tuple[int, Outcome]:
    return row, Outcome(Status.INVALID, error="cell_error", message=message, tip=tip)


def test_the_page_tells_what_happened_why_and_what_to_do_next(tmp_path: Path) -> None:
    outcomes = [(row, CREATED) for row in range(2, 50)] + [invalid(row, f"Cell B{row} holds #N/A.") for row in (50, 51)]
    text = Page(write(tmp_path / "p.html", outcomes, timeline=paced(60, refusals=2))).text
    for told in (
        "48 of 50 rows were created, 2 were invalid.",
        "created 48 96 % a lead was created",
        "invalid cell_error 2 rows",
        "Mend it.",
        "Row 50 Cell B50 holds #N/A.",
        "lsq-import leads.report.csv",
        "Run in the folder /srv/imports",
        "60 calls, at most 25 of them sent in any 5 s; the limit is 25. LeadSquared refused 2",
        "Account api-in21.leadsquared.com",
        "Started 2026-11-24 10:15:03 UTC",
        "Ended 2026-11-24 10:16:15 UTC, after 1 min 12 s",
        "Calls 60 Refused for the limit 2 Exit status 1 Made by lsq-import 0.1.0",
    ):
        assert told in text


def test_rows_that_all_say_the_same_are_numbers_behind_one_message(tmp_path: Path) -> None:
    text = Page(write(tmp_path / "p.html", [invalid(row) for row in range(2, 1236)])).text
    assert text.count("Cell B2 holds #N/A.") == 1
    assert "Rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1,224 more" in text


def test_markup_in_any_text_stays_text(tmp_path: Path) -> None:
    run = replace(RUN, file=f"{MARKUP}.csv", report=f"{MARKUP}.csv", folder=MARKUP, sheet=MARKUP, config=MARKUP)
    bad = Outcome(Status.REJECTED, error=MARKUP, message=MARKUP, tip=MARKUP)
    rows = [(2, bad), (3, replace(bad, message=f"{MARKUP}2")), (4, Outcome(Status.FAILED, error="e", message=MARKUP))]
    made = write(
        tmp_path / "p.html", rows, invocation=run, account_host=MARKUP, failure=f"{MARKUP}\n  {MARKUP}", version=MARKUP
    )
    page = Page(made)
    assert page.text.count("<script>") > 10
    assert not page.tags & {"script", "img"}


def test_the_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    made = write(tmp_path / "p.html", [invalid(2), (3, CREATED)], timeline=paced(60))
    page = Page(made)
    names = {name for name, _ in page.attributes}
    assert not page.tags & {"script", "link", "iframe", "object", "img", "form", "base"}
    assert not [name for name in names if name.startswith("on") or name in {"src", "srcset", "xlink:href"}]
    assert [value for name, value in page.attributes if name == "href"] == ["leads.report.csv"]
    assert "url(" not in made
    assert "@import" not in made


@pytest.mark.parametrize(
    ("report", "link"),
    [
        ("out/Q4 leads#1?.report.csv", "Q4%20leads%231%3F.report.csv"),
        ("javascript:alert(1).csv", "javascript%3Aalert%281%29.csv"),
        ("\udcff.csv", "%5Cudcff.csv"),
    ],
)
def test_the_link_leads_to_the_report_beside_the_page(tmp_path: Path, report: str, link: str) -> None:
    page = Page(write(tmp_path / "p.html", [invalid(2)], invocation=replace(RUN, report=report)))
    assert [value for name, value in page.attributes if name == "href"] == [link]


def test_a_million_rows_with_troubles_of_their_own_make_a_small_file(tmp_path: Path) -> None:
    def outcomes() -> Any:
        for row in range(2, 20_002):
            yield invalid(row, f"<{row}>" * 400, f"&{row % 2000}" * 400)

    timeline = Timeline(5, 25)
    for window in range(40_000):
        timeline.sent(5.0 * window)
        timeline.refused(5.0 * window)
    made = write(tmp_path / "p.html", outcomes(), timeline=timeline.counts(), failure="<" * 100_000)
    assert made.count("<article>") == 50
    assert made.count("<dt>Row <b>") == 50 * 10
    assert "951 more causes with 19,500 rows are in the report only." in Page(made).text
    assert len(made) < 1_500_000  # texts of 400 characters, most of them escaped


def test_an_ordinary_page_is_a_few_kilobytes(tmp_path: Path) -> None:
    assert len(write(tmp_path / "p.html", [invalid(row) for row in range(2, 99)], timeline=paced(5000))) < 60_000


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"invocation": replace(RUN, is_dry_run=True), "account_host": ""}, "Account none: checked without keys"),
        ({"invocation": replace(RUN, is_dry_run=True)}, "Kind of run dry run"),
        ({"timeline": Timeline(5, 25).counts()}, "Calls 0"),
        ({"invocation": replace(RUN, first=5)}, "import of the first 5 rows at most"),
        ({"exit_status": 3, "failure": "Keys refused.\n  Check them."}, "Keys refused. Check them."),
        ({"exit_status": 0}, "Nothing: every row is done."),
    ],
)
def test_every_kind_of_run_has_its_words(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    assert told in Page(write(tmp_path / "p.html", [(2, CREATED)], **changed)).text


def test_a_file_without_rows_has_a_page_too(tmp_path: Path) -> None:
    assert "held no rows" in Page(write(tmp_path / "p.html", [], exit_status=0)).text


@pytest.mark.parametrize(
    ("report", "page"),
    [("a/leads.report.csv", "a/leads.report.html"), ("leads.report.xlsx", "leads.report.html"), ("out", "out.html")],
)
def test_the_page_stands_beside_the_report(report: str, page: str) -> None:
    assert page_path(Path(report)) == Path(page)


def test_a_page_takes_the_place_of_an_older_one_and_leaves_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    write(path, [(2, CREATED)])
    check_page(path)
    assert "2 rows" in write(path, [(2, CREATED), (3, CREATED)])
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_that_is_not_ours_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "out.html"
    path.write_text("<h1>My own page</h1>")
    with pytest.raises(UsageError, match="did not make"):
        check_page(path)
    with pytest.raises(ReportError, match="no page of lsq-import"):
        write_page(path, page_data([(2, CREATED)]))
    assert path.read_text() == "<h1>My own page</h1>"


def test_a_folder_in_the_pages_place_is_told_beforehand(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did not make"):
        check_page(tmp_path)
    check_page(tmp_path / "free.html")


def test_a_missing_folder_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError):
        write_page(tmp_path / "no" / "p.html", page_data([(2, CREATED)]))


def test_the_template_engine_is_imported_only_when_a_page_is_written() -> None:
    code = "import sys, importer.html_report.document; sys.exit('jinja2' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own code
    assert ended.returncode == 0


EMPTY = re.compile(r"<(p|h\d|dd|dt|td|th|li|ol|ul|dl|table|tbody|section|figure|pre|code|article)\b[^>]*>\s*</\1>")
HEADING_ALONE = re.compile(r"</h\d>\s*(</section>|</article>|<h\d|<section|$)")


@pytest.mark.parametrize(
    ("statuses", "changed"),
    [
        ([], {"exit_status": 0}),
        ([Status.CREATED], {"exit_status": 0}),
        ([Status.READY, Status.CREATED], {"exit_status": 0, "invocation": replace(RUN, is_dry_run=True)}),
        ([Status.UNSENT], {"exit_status": 3, "failure": "Keys refused.\n\n  "}),
        ([Status.UNKNOWN], {"unknown_rows": (2,), "timeline": paced(3)}),
        (list(Status), {"timeline": paced(60, refusals=2), "account_host": ""}),
    ],
    ids=["no rows", "created", "dry run", "refused", "unknown", "everything"],
)
def test_nothing_that_is_empty_is_shown(tmp_path: Path, statuses: list[Status], changed: dict[str, Any]) -> None:
    rows = [(row, Outcome(one, error="e", message="m", tip="t")) for row, one in enumerate(statuses, start=2)]
    made = write(tmp_path / "p.html", rows, **changed)
    assert EMPTY.search(made) is None
    assert HEADING_ALONE.search(made) is None
    assert "No call was made" not in made


def test_words_between_backticks_are_code_and_commands_and_paths_stay_as_they_are(tmp_path: Path) -> None:
    rows = [(2, Outcome(Status.INVALID, error="off_list", message="No `a<b`.", tip="Set `off_list: send`."))]
    run = replace(RUN, file="it`s `5`.xlsx", report="it`s `5`.report.csv", is_dry_run=True)
    made = write(tmp_path / "p.html", rows, invocation=run, failure="Mend `account.host`.")
    for code in ("a&lt;b", "off_list: send", "account.host"):
        assert f"<code>{code}</code>" in made
    text = Page(made).text
    assert "lsq-import 'it`s `5`.xlsx' --dry-run" in text
    assert "Correct the row in it`s `5`.xlsx" in text
    assert made.count("`") == made.count("it`s `5`.") * 3


def test_counts_stand_in_the_order_of_the_statuses_whatever_the_rows_order(tmp_path: Path) -> None:
    statuses = [Status.UNKNOWN, Status.INVALID, Status.INVALID, Status.DUPLICATE, Status.CREATED]
    made = write(tmp_path / "p.html", [(row, Outcome(one)) for row, one in enumerate(statuses, start=2)])
    assert "1 of 5 rows was created, 4 were not (1 duplicate, 2 invalid, 1 unknown)." in Page(made).text
