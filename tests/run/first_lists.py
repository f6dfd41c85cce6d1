"""Five lists as people have them on their first day: a badge scan, a Facebook export, a CRM export, a Hindi register, a
German trade fair's. All is invented; each makes `ROWS` leads.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

__all__ = ["LISTS", "ROWS", "check_leads"]

ROWS = 24
FIRST = ("Asha", "Ravi", "Meera", "Kabir", "Leela", "Arjun", "Nisha", "Vikram")
LAST = ("Rao", "Iyer", "Nair", "Shah", "Menon", "Das", "Gupta", "Reddy", "Bose", "Pillai")
CITIES = ("Pune", "Kochi", "Bengaluru", "Jaipur", "Indore")
OWNERS = ("asha.verma@example.com", "ravi.nair@example.com", "sandbox.user@example.com")
BEGIN = datetime(2026, 9, 14, 9, 5, 7, tzinfo=UTC)

Rows = list[Sequence[object]]


def name(nth: int) -> tuple[str, str]:
    return FIRST[nth % len(FIRST)], LAST[nth // len(FIRST) % len(LAST)]


def mail(nth: int) -> str:
    first, last = name(nth)
    return f"{first}.{last}{nth}@example.com".lower()


def digits(nth: int) -> str:
    return f"98{nth + 45_010_000:08d}"


def moments() -> Iterator[datetime]:
    return (BEGIN + timedelta(hours=7 * nth, minutes=13 * nth) for nth in range(ROWS))


def badge_scan(folder: Path) -> Path:
    """A workbook from a fair's scanner: names in one cell, dates as text with the day first, numbers with a code."""
    header = (
        "Badge No.",
        "Scan Time",
        "Full Name",
        "Company Name",
        "Job Title",
        "E-mail Address",
        "Mobile",
        "City",
        "Scanned By",
        "Follow-up Rating",
        "Notes",
    )
    rows: Rows = [
        (f"B{1000 + nth}", f"{at:%d/%m/%Y %H:%M}", " ".join(name(nth)), f"{name(nth)[1]} & Sons", "Buyer", mail(nth),
         f"+91 {digits(nth)[:5]} {digits(nth)[5:]}", CITIES[nth % 5], "booth-2", ("Hot", "Warm", "Cold")[nth % 3],
         "wants a demo" if nth % 4 else None)
        for nth, at in enumerate(moments())
    ]  # fmt: skip
    return as_workbook(folder / "badge_scan.xlsx", {"Scans": [header, *rows]})


def facebook(folder: Path) -> Path:
    """Meta's lead form export: UTF-16 with tabs, ids with letters in front, phones as `p:+91…`."""
    header = ("id", "created_time", "ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name",
              "form_id", "form_name", "is_organic", "platform", "when_do_you_plan_to_buy?", "full_name", "email",
              "phone_number", "city", "lead_status")  # fmt: skip
    when = ("immediately", "within_1_month", "1-3_months", "later")
    rows: Rows = [
        (f"l:{10**15 + nth}", f"{at:%Y-%m-%dT%H:%M:%S}+05:30", "ag:238501", "Monsoon offer", "as:238502", "Lookalike",
         "c:238503", "Monsoon 2026", "f:9001", "Quick form", "false", "fb" if nth % 2 else "ig", when[nth % 4],
         " ".join(name(nth)), mail(nth), f"p:+91{digits(nth)}", CITIES[nth % 5], "CREATED")
        for nth, at in enumerate(moments())
    ]  # fmt: skip
    return as_text(folder / "facebook_leads.csv", [header, *rows], delimiter="\t", encoding="utf-16")


def crm_row(nth: int, at: datetime) -> dict[str, object]:
    """The columns of a CRM's export, and what stands in a row."""
    return {
        "Record Id": f"zcrm_{5_000_000 + nth}",
        "Lead Owner": OWNERS[nth % 3],
        "Lead Owner.email": OWNERS[nth % 3],
        "Salutation": ("Mr.", "Ms.", "Dr.")[nth % 3],
        "First Name": name(nth)[0],
        "Last Name": name(nth)[1],
        "Company": f"{name(nth)[1]} Industries",
        "Title": "Manager",
        "Email": mail(nth),
        "Secondary Email": "",
        "Phone": f"+91-{digits(nth)}",
        "Mobile": f"+91-97{nth + 20_000_000:08d}",
        "Fax": "",
        "Website": f"https://www.{name(nth)[1].lower()}.example",
        "Lead Source": ("Organic search", "Paid Search", "Social media", "Referral Site")[nth % 4],
        "Lead Status": ("Contacted", "Interested", "Qualified")[nth % 3],
        "Industry": ("banking", "Health care", "Education", "Real Estate")[nth % 4],
        "No. of Employees": ("1 - 10", "11-50", "51–200")[nth % 3],
        "Annual Revenue": f"{12 + nth},50,000",
        "Rating": ("hot", "Warm", "COLD")[nth % 3],
        "Email Opt Out": "false",
        "Created By": "Old Admin",
        "Created Time": f"{at:%Y-%m-%d %H:%M:%S}",
        "Modified By": "Old Admin",
        "Modified Time": f"{at:%Y-%m-%d %H:%M:%S}",
        "Last Activity Time": f"{at:%Y-%m-%d %H:%M:%S}",
        "Street": f"{nth + 1} MG Road",
        "City": CITIES[nth % 5],
        "State": ("Maharashtra", "Kerala", "Karnataka", "Rajasthan", "Madhya Pradesh")[nth % 5],
        "Zip Code": f"0{nth % 10}1250" if nth % 2 else "411001",
        "Country": "India",
        "Description": "asked for a price list",
        "Skype ID": "",
        "Twitter": "",
        "Date of Birth": f"{1 + nth % 28:02d}-Mar-1985",
        "Gender": ("M", "F")[nth % 2],
        "Marital Status": ("single", "Married")[nth % 2],
        "Occupation": ("salaried", "Self employed", "Student")[nth % 3],
        "Highest Qualification": ("Bachelors degree", "Master's Degree", "Diploma")[nth % 3],
        "Course": ("b.tech", "BBA", "M Com")[nth % 3],
        "Budget": f"{5 + nth},00,000",
        "Preferred Language": ("english", "Hindi")[nth % 2],
        "Priority": ("high", "Medium", "low")[nth % 3],
        "Existing Customer": ("Yes", "No")[nth % 2],
        "Customer Number": f"{nth:06d}",
        "Referred By": "",
        "Campaign Code": f"MON{nth % 4}",
        "UTM Source": "newsletter",
        "UTM Medium": "email",
        "UTM Campaign": "monsoon",
        "Next Follow-up": f"{at + timedelta(days=9):%Y-%m-%d %H:%M}",
        "Call Attempts": str(nth % 5),
        "Call Outcome": ("answered", "No Answer", "Busy")[nth % 3],
        "Property Type": ("apartment", "Villa")[nth % 2],
        "Bedrooms": str(1 + nth % 4),
        "KYC Status": ("pending", "Verified")[nth % 2],
        "PAN": f"ABCPK{nth:04d}L",
        "Tag": "",
        "Lead Conversion Time": "",
        "Unsubscribed Mode": "",
        "Unsubscribed Time": "",
    }


def crm(folder: Path) -> Path:
    """Sixty columns, owners by e-mail, dropdowns in another spelling than the account's."""
    records = [crm_row(nth, at) for nth, at in enumerate(moments())]
    return as_text(folder / "crm_export.csv", [list(records[0]), *(list(one.values()) for one in records)])


def register(folder: Path) -> Path:
    """A branch's register in two languages: a title, a blank row, a summary sheet in front, a total at the end."""
    header = ("क्र.", "नाम / Name", "मोबाइल नं. / Mobile No.", "ईमेल / Email", "शहर / City", "जन्म तिथि / DOB",
              "रुचि / Interest", "राशि / Amount")  # fmt: skip
    rows: Rows = [
        (nth + 1, ("आशा राव", "रवि अय्यर", "मीरा नायर", "कबीर शाह")[nth % 4], int(digits(nth)), mail(nth),
         ("पुणे", "कोच्चि", "जयपुर")[nth % 3], date(1990, 1 + nth % 12, 1 + nth % 28), "Home loan", 5000 + nth)
        for nth in range(ROWS)
    ]  # fmt: skip
    total = ("कुल / Total", None, None, None, None, None, None, sum(5000 + nth for nth in range(ROWS)))
    leads: Rows = [("ग्राहक सूची - सितंबर 2026 / Customer list",), (), header, *rows, total]
    return as_workbook(folder / "register.xlsx", {"Summary": [("City", "Leads"), ("पुणे", 14)], "सूची": leads})


def fair(folder: Path) -> Path:
    """A German trade fair's list: semicolons, cp1252, days with dots, decimal commas."""
    header = ("Anrede", "Vorname", "Nachname", "Firma", "Straße", "PLZ", "Ort", "Land", "Telefon", "E-Mail-Adresse",
              "Geburtsdatum", "Umsatz (€)", "Newsletter", "Bemerkung", "Anfragedatum")  # fmt: skip
    people, families = ("Jürgen", "Käthe", "Björn", "Änne"), ("Müller", "Schäfer", "Groß", "Weiß")
    rows: Rows = [
        (("Herr", "Frau")[nth % 2], people[nth % 4], families[nth // 4 % 4], "Groß & Söhne GmbH", f"Weg {nth + 1}",
         f"0{1000 + nth}", "Köln", "Deutschland", f"0151 {nth + 23_000_000}", f"p{nth}@example.de",
         f"{1 + nth % 28:02d}.{1 + nth % 12:02d}.1979", f"{nth + 1}.250,50", ("ja", "nein")[nth % 2], "möchte Angebot",
         f"{at:%d.%m.%Y %H:%M}")
        for nth, at in enumerate(moments())
    ]  # fmt: skip
    return as_text(folder / "messe_kontakte.csv", [header, *rows], delimiter=";", encoding="cp1252")


LISTS: dict[str, Callable[[Path], Path]] = {
    "badge_scan": badge_scan,
    "facebook": facebook,
    "crm": crm,
    "register": register,
    "fair": fair,
}


def as_text(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def as_workbook(path: Path, sheets: dict[str, Rows]) -> Path:
    book = Workbook()
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


FIRST_LEADS = {
    "badge_scan": {"EmailAddress": "asha.rao0@example.com", "mx_Enquiry_Date": "2026-09-14 03:35:00.000"},
    "facebook": {"EmailAddress": "asha.rao0@example.com", "Phone": "+91-9845010000", "LastName": "Rao"},
    "crm": {"EmailAddress": "asha.rao0@example.com", "Revenue": "1250000", "mx_Course": "B.Tech."},
    "register": {"EmailAddress": "asha.rao0@example.com", "FirstName": "आशा", "LastName": "राव"},
    "fair": {"EmailAddress": "p0@example.de", "Company": "Groß & Söhne GmbH", "mx_Zip": "01000"},
}
"""What is easily lost on the way, as it must arrive."""


def check_leads(name: str, leads: Sequence[Mapping[str, str]]) -> None:
    """What a list's leads must be, whichever way they went."""
    assert len(leads) == ROWS
    filled = Counter(field for lead in leads for field, value in lead.items() if value)
    assert min(filled[field] for field in ("FirstName", "LastName", "EmailAddress", "Phone", "mx_City")) == ROWS
    first = next(lead for lead in leads if lead["EmailAddress"] == FIRST_LEADS[name]["EmailAddress"])
    assert {**first, **FIRST_LEADS[name]} == first
    if name == "crm":
        assert len({lead["OwnerId"] for lead in leads}) == len(OWNERS)
