"""Builds `leads.xlsx` and `leads.csv` beside this file, both from the one list below; every lead is invented.

    python samples/make_samples.py

Addresses end in example.com, .org or .net. The list is what people really have: several scripts, zeros in
front, notes with line breaks, a blank row, and a few rows that cannot become leads, so that a first run shows
both.
"""
# ruff: noqa: E501, INP001 - the list reads best as a table; a script that is run by its path, not a package

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

HEADER = (
    "First Name", "Last Name", "Email", "Mobile", "Company", "City", "Postal Code", "Lead Source", "Stage",
    "Notes", "KYC Status", "KYC Document", "KYC Number", "Enquiry Date", "Internal Remark",
)  # fmt: skip
WIDTHS = (14, 16, 34, 20, 26, 18, 12, 14, 13, 44, 12, 18, 16, 19, 30)

WEB, REF, SHOW, WALK, SOCIAL, CAMPAIGN = (
    "Website", "Referral", "Trade Show", "Walk-in", "Social Media", "Email Campaign",
)  # fmt: skip
PROSPECT, OPPORTUNITY, INTERESTED, CONTACTED = "Prospect", "Opportunity", "Interested", "Contacted"
PENDING, VERIFIED, REJECTED = "Pending", "Verified", "Rejected"

Value = str | int | date | datetime
Lead = tuple[Value, ...]
BLANK: Lead = ()


def day(month: int, number: int) -> date:
    """Give a day of the autumn in which these people asked."""
    return date(2026, month, number)


def at(month: int, number: int, hour: int, minute: int) -> datetime:
    """Give a moment of that autumn, as the front desk noted it."""
    return datetime(2026, month, number, hour, minute, tzinfo=UTC).replace(tzinfo=None)


# A number is a number cell in the workbook: a postal code or KYC number under a format of zeros ("00000"), a
# phone under the general one. The CSV holds what the workbook shows.
# fmt: off
LEADS: tuple[Lead, ...] = (
    ("Asha", "Raman", "asha.raman@example.com", "+91-98450 10001", "Raman Textiles", "Bengaluru", "560001", WEB, PROSPECT, "Wants a call after 6 pm.", PENDING, "KYC-10001.png", "004512780001", day(10, 5), "desk 2"),
    ("Vikram", "Shetty", "vikram.shetty@example.com", "+91-98450 10002", "Shetty & Sons", "Mangaluru", "575001", REF, INTERESTED, 'Says "send the brochure first", then call.', VERIFIED, "KYC-10002.png", "000098311742", day(10, 5), ""),
    ("मीरा", "जोशी", "meera.joshi@example.org", "+91-98450 10003", "जोशी ट्रेडर्स", "पुणे", "411001", SHOW, CONTACTED, "मराठी में बात करें", PENDING, "KYC-10003.png", "861200450017", day(10, 6), ""),
    ("தமிழ்", "செல்வன்", "tamil.selvan@example.com", "+91-98450 10004", "செல்வன் கடை", "சென்னை", "600001", WALK, PROSPECT, "", PENDING, "KYC-10004.pdf", "861200450024", at(10, 6, 11, 30), "came with his brother"),
    ("Ravi", "Kumar", "ravi.kumar@example.com", "+91-98450 10005", "Kumar Agro", "Mysuru", "570001", WEB, OPPORTUNITY, "Two sites:\n1. Mysuru\n2. Hassan", VERIFIED, "KYC-10005.png", "007754120093", day(10, 6), ""),
    ("Claire", "Berthier", "claire.berthier@example.org", "+33 1 99 00 12 34", "Berthier Frères", "Bourg-en-Bresse", "01250", CAMPAIGN, INTERESTED, "Préfère l'e-mail", PENDING, "KYC-10006.pdf", "000000731205", day(10, 7), ""),
    ("Emily", "O'Hara", "emily.ohara@example.com", "+1 617-555-0143", "O'Hara Freight, Inc.", "Cambridge", 2139, SHOW, PROSPECT, 'Booth 14, "the one with the boat"', PENDING, "KYC-10007.png", 4512780007, day(10, 7), "spelt with apostrophe"),
    ("Jürgen", "Weiß", "juergen.weiss@example.net", "+49 30 23125 014", "Weiß Maschinenbau GmbH", "Dresden", "01067", SHOW, CONTACTED, "Angebot bis Ende Oktober", VERIFIED, "KYC-10008.pdf", "000045127808", day(10, 8), ""),
    ("ليلى", "حداد", "layla.haddad@example.com", "+971 50 555 0109", "حداد للتجارة", "دبي", "00000", REF, INTERESTED, "تفضل الاتصال صباحا", PENDING, "KYC-10009.png", "784000000109", at(10, 8, 9, 15), ""),
    ("李", "娜", "li.na@example.com", "+65 6555 0110", "星河贸易", "Singapore", "018956", WEB, PROSPECT, "请用中文联系", PENDING, "KYC-10010.png", "000000000110", day(10, 8), ""),
    ("Ольга", "Петрова", "olga.petrova@example.org", "+7 495 555-01-11", "Северный ветер", "Москва", "101000", SOCIAL, PROSPECT, "", PENDING, "KYC-10011.pdf", "004500110011", day(10, 9), ""),
    ("Nikhil", "Deshpande", "nikhil.deshpande@example.com", 9845010012, "Deshpande Realty", "Nagpur", "440001", CAMPAIGN, CONTACTED, "Callback Monday", PENDING, "KYC-10012.png", "861200450031", day(10, 9), "number typed without country code"),
    ("Fatima", "Sheikh", "fatima.sheikh@example.com", "+91-98450 10013", "Sheikh Interiors", "Hyderabad", "500001", WEB, INTERESTED, "3BHK, budget 60,00,000", VERIFIED, "KYC-10013.png", "000786512340", day(10, 9), ""),
    ("Joseph", "Kurian", "joseph.kurian@example.org", "+91-98450 10014", "Kurian Spices", "Kochi", "682001", SHOW, OPPORTUNITY, "- asked for a demo\n- has the budget", VERIFIED, "KYC-10014.pdf", "861200450048", at(10, 10, 16, 45), ""),
    ("Zoë", "van der Meer", "zoe.vandermeer@example.com", "+31 20 555 0115", "Van der Meer Bloemen", "Aalsmeer", "1431 AA", SHOW, PROSPECT, "", PENDING, "KYC-10015.png", "000115000115", day(10, 10), ""),
    ("Ravi", "Kumar", "ravi.kumar(at)example.com", "+91-98450 10016", "RK Builders", "Hubballi", "580020", WALK, PROSPECT, "Card was hard to read", PENDING, "KYC-10016.png", "007754120100", day(10, 10), "typed from a visiting card"),
    ("Priyanka", "Nair", "priyanka.nair@example.com", "+91-98450 10017", "Nair Consulting", "Thiruvananthapuram", "695001", REF, CONTACTED, "Referred by Joseph Kurian", PENDING, "KYC-10017.png", "861200450055", day(10, 12), ""),
    ("Sean", "Murphy", "sean.murphy@example.net", "+353 1 555 0118", "Murphy Dairy", "Cork", "T12 X70A", CAMPAIGN, PROSPECT, "", PENDING, "KYC-10018.png", "000000450118", day(10, 12), ""),
    ("अनिल", "गुप्ता", "anil.gupta@example.com", "+91-98450 10019", "गुप्ता ऑटो", "लखनऊ", "226001", WEB, INTERESTED, 'शाम को फ़ोन करें, "पाँच बजे के बाद"', VERIFIED, "KYC-10019.png", "000450010019", day(10, 12), ""),
    ("Hannah", "Cohen", "hannah.cohen@example.com", "+1 201-555-0120", "Cohen Labs", "Hoboken", 7030, WEB, OPPORTUNITY, "Needs SSO, audit log", VERIFIED, "KYC-10020.pdf", 12780020, day(10, 13), ""),
    ("Suresh", "Iyer", "suresh.iyer@example.org", "+91-98450 10021", "Iyer Foods", "Coimbatore", "641001", SHOW, PROSPECT, "", PENDING, "KYC-10021.png", "861200450062", at(10, 13, 10, 5), ""),
    ("Anjali", "Mehta", "anjali.mehta@example.com", "+91-98450 10022", "Mehta Diamonds", "Surat", "395001", REF, INTERESTED, "Diwali offer?", PENDING, "KYC-10022.png", "861200450079", day(10, 13), ""),
    ("R.", "Kumar", "Ravi.Kumar@example.com", "+91-98450 10023", "Kumar Agro", "Mysuru", "570001", CAMPAIGN, PROSPECT, "Filled the web form a second time", PENDING, "KYC-10023.png", "007754120093", day(10, 14), "same person as row 6?"),
    ("José", "Álvarez", "jose.alvarez@example.org", "+34 91 555 01 24", "Álvarez e Hijos", "Madrid", "28001", SHOW, CONTACTED, "Habla inglés", PENDING, "KYC-10024.png", "000000124024", day(10, 14), ""),
    ("Deepa", "Rao", "deepa.rao@example.com", "+91-98450 10025", "Rao Clinics", "Udupi", "576101", WALK, OPPORTUNITY, "Brought documents; copy kept", VERIFIED, "KYC-10025.pdf", "861200450086", at(10, 14, 12, 0), ""),
    ("Ngozi", "Okafor", "ngozi.okafor@example.com", "+234 201 555 0126", "Okafor Logistics", "Lagos", "100001", WEB, PROSPECT, "", PENDING, "KYC-10026.png", "000000126026", day(10, 15), ""),
    ("Arjun", "Reddy", "arjun.reddy@example.com", "+91-98450 10027", "Reddy Infra", "Warangal", "506002", CAMPAIGN, INTERESTED, "Site visit on Saturday", PENDING, "KYC-10027.png", "861200450093", day(10, 15), ""),
    ("Marta", "Nowak", "marta.nowak@example.net", "+48 22 555 01 28", "Nowak i Spółka", "Łódź", "90-001", SOCIAL, PROSPECT, "", PENDING, "KYC-10028.png", "000000128028", day(10, 15), ""),
    ("Imran", "Qureshi", "imran.qureshi@example.com", "+91-98450 10029", "Qureshi Leather", "Kanpur", "208001", SHOW, CONTACTED, "Sample lot of 200", PENDING, "KYC-10029.png", "861200450109", day(10, 16), ""),
    BLANK,
    ("Grace", "Kim", "grace.kim@example.com", "+82 2-555-0130", "한빛상사", "서울", "04524", WEB, INTERESTED, "이메일로 연락", VERIFIED, "KYC-10030.png", "000000130030", day(10, 16), ""),
    ("Haruto", "Sato", "haruto.sato@example.org", "+81 3-5550-0131", "佐藤商店", "東京", "100-0001", SHOW, PROSPECT, "", PENDING, "KYC-10031.png", "000000131031", day(10, 16), ""),
    ("Lakshmi", "Narayanan", "lakshmi.narayanan@example.com", "+91-98450 10032", "Lakshmi Silks", "Kanchipuram", "631501", REF, OPPORTUNITY, "Old customer; be quick, please", VERIFIED, "KYC-10032.pdf", "000861200032", day(10, 17), ""),
    ("Tom", "Baker", "tom.baker@example.com", "+44 20 7946 0133", "Baker's Dozen", "Leeds", "LS1 4AP", CAMPAIGN, PROSPECT, "", PENDING, "KYC-10033.png", "000000133033", day(10, 17), ""),
    ("Sunita", "Das", "sunita.das@example.com", "+91-98450 10034", "Das Handloom", "Bhubaneswar", "751001", WALK, PROSPECT, "", PENDING, "KYC-10034.png", "861200450116", at(10, 17, 17, 20), ""),
    ("Mohit", "Arora", "mohit.arora@example.net", "+91-98450 10035", "Arora Motors", "Ludhiana", "141001", WEB, INTERESTED, "Wants EMI, 36 months", PENDING, "KYC-10035.png", "861200450123", day(10, 19), ""),
    ("", "", "", "", "Walk-in visitor", "Bengaluru", "560001", WALK, PROSPECT, "Left before we had a name", PENDING, "", "", day(10, 19), "ask the desk"),
    ("Kavya", "Hegde", "kavya.hegde@example.com", "+91-98450 10037", "Hegde Organics", "Sirsi", "581401", SOCIAL, CONTACTED, "", PENDING, "KYC-10037.png", "000861200037", day(10, 19), ""),
    ("Björn", "Åkesson", "bjorn.akesson@example.org", "+46 70 174 06 38", "Åkesson Trä", "Malmö", "211 20", SHOW, PROSPECT, "", PENDING, "KYC-10038.pdf", "000000138038", day(10, 20), ""),
    ("Farhan", "Ali", "farhan.ali@example.com", "+91-98450 10039", "Ali Exports", "Moradabad", "244001", WEB, INTERESTED, "Brassware, 2 containers", VERIFIED, "KYC-10039.png", "861200450130", day(10, 20), ""),
    ("Rohan", "Patil", "rohan.patil@example.com", "+91-98450 10040", "Patil Farms", "#N/A", "416001", CAMPAIGN, PROSPECT, "City comes from a lookup that fails", PENDING, "KYC-10040.png", "861200450147", day(10, 20), "mend the lookup"),
    ("Amélie", "Dubois", "amelie.dubois@example.com", "+33 1 99 00 56 41", "Dubois & Cie", "Oyonnax", 1100, SHOW, CONTACTED, "Rappeler jeudi", PENDING, "KYC-10041.png", "000000141041", day(10, 21), ""),
    ("Neha", "Saxena", "neha.saxena@example.com", "+91-98450 10042", "Saxena Studio", "Jaipur", "302001", SOCIAL, INTERESTED, "", PENDING, "KYC-10042.png", "861200450154", day(10, 21), ""),
    ("Pradeep", "Gowda", "pradeep.gowda@example.com", "+91-98450 10043", "Gowda Coffee", "Chikkamagaluru", "577101", REF, OPPORTUNITY, "Estate visit; see map:\nhttps://example.com/estate", VERIFIED, "KYC-10043.pdf", "000861200043", at(10, 21, 8, 30), ""),
    ("Sofia", "Rossi", "sofia.rossi@example.net", "+39 06 555 0144", "Rossi Ceramiche", "Roma", "00118", SHOW, PROSPECT, "", PENDING, "KYC-10044.png", "000000144044", day(10, 22), ""),
    ("Harpreet", "Kaur", "harpreet.kaur@example.com", "+91-98450 10045", "Kaur Travels", "Amritsar", "143001", WEB, CONTACTED, "", PENDING, "KYC-10045.png", "861200450161", day(10, 22), ""),
    ("Daniel", "Fernandes", "daniel.fernandes@example.org", "+91-98450 10046", "Fernandes Boats", "Panaji", "403001", WALK, PROSPECT, "Monsoon maintenance", PENDING, "KYC-10046.png", "861200450178", day(10, 22), ""),
    ("Elena", "Popescu", "elena.popescu@example.com", "+40 21 555 0147", "Popescu Țesături", "Iași", "700001", CAMPAIGN, INTERESTED, "", REJECTED, "KYC-10047.png", "000000147047", day(10, 23), "document expired"),
    ("Sanjay", "Shetty", "sanjay.shetty@example.com", "+91-98450 10002", "Shetty & Sons", "Mangaluru", "575001", REF, PROSPECT, "Shares his father's phone", PENDING, "KYC-10048.png", "000098311759", day(10, 23), "son of Vikram"),
    ("Michael", "Brown", "michael.brown@example.com", "+61 491 570 149", "Brown Surf Co.", "Darwin", "0800", WEB, PROSPECT, "", PENDING, "KYC-10049.png", "000000149049", day(10, 23), ""),
    ("Ishita", "Banerjee", "ishita.banerjee@example.com", "+91-98450 10050", "Banerjee Books", "Kolkata", "700001", SHOW, INTERESTED, "বাংলায় কথা বলুন", VERIFIED, "KYC-10050.png", "861200450185", day(10, 24), ""),
    ("Gaurav", "Malhotra", "gaurav.malhotra@example.com", "+91-98450 10051", "Malhotra Fitness", "Gurugram", "122001", SOCIAL, CONTACTED, "", PENDING, "KYC-10051.png", "861200450192", day(10, 24), ""),
    ("Chloé", "Lefèvre", "chloe.lefevre@example.org", "+33 1 99 00 78 52", "Lefèvre Bois", "Nantua", "01130", CAMPAIGN, PROSPECT, "", PENDING, "KYC-10052.pdf", "000000152052", day(10, 26), ""),
    ("Ramesh", "Babu", "ramesh.babu@example.com", "+91-98450 10053", "Babu Steels", "Vijayawada", "520001", WEB, OPPORTUNITY, "Rate contract, 12 months", VERIFIED, "KYC-10053.png", "000861200053", at(10, 26, 15, 10), ""),
    ("Yusuf", "Demir", "yusuf.demir@example.com", "+90 212 555 01 54", "Demir Çelik", "İstanbul", "34000", SHOW, PROSPECT, "", PENDING, "KYC-10054.png", "000000154054", day(10, 26), ""),
    ("Tanvi", "Kulkarni", "tanvi.kulkarni@example.com", "+91-98450 10055", "Kulkarni Pharma", "Nashik", "422001", REF, INTERESTED, "", PENDING, "KYC-10055.png", "861200450208", day(10, 27), ""),
    ("Olivia", "Smith", "olivia.smith@example.com", "+1 212-555-0156", "Smith & Daughters", "New York", "10001", WEB, CONTACTED, "Prefers mornings (ET)", PENDING, "KYC-10056.png", "000000156056", day(10, 27), ""),
    ("Abdul", "Rahman", "abdul.rahman@example.net", "+91-98450 10057", "Rahman Cables", "Kozhikode", "673001", SHOW, PROSPECT, "", REJECTED, "KYC-10057.png", "861200450215", day(10, 27), "blurred scan"),
    ("Νίκος", "Παππάς", "nikos.pappas@example.com", "+30 21 0555 0158", "Παππάς Α.Ε.", "Αθήνα", "105 57", SOCIAL, PROSPECT, "", PENDING, "KYC-10058.png", "000000158058", day(10, 28), ""),
    ("Geetha", "Krishnan", "geetha.krishnan@example.com", "+91-98450 10059", "Krishnan Music", "Madurai", "625001", WALK, INTERESTED, 'Veena classes, "weekends only"', PENDING, "KYC-10059.png", "861200450222", at(10, 28, 18, 0), ""),
    ("Manoj", "Tiwari", "manoj.tiwari@example.com", "+91-98450 10060", "Tiwari Solar", "Varanasi", "221001", CAMPAIGN, OPPORTUNITY, "20 kW rooftop", VERIFIED, "KYC-10060.png", "000861200060", day(10, 28), ""),
)
# fmt: on

NUMBER_FORMATS = {"Postal Code": "00000", "KYC Number": "000000000000", "Mobile": "General"}
ERROR_VALUE = "#N/A"
WRITTEN = datetime(2026, 10, 30, 9, 0, tzinfo=UTC)


def shown(header: str, value: Value) -> str:
    """Give the text of a value as the workbook shows it, dates in ISO form."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value).zfill(NUMBER_FORMATS[header].count("0"))
    return value


def csv_bytes(leads: Sequence[Lead]) -> bytes:
    """Write the list as Excel saves "CSV UTF-8": a BOM, commas, CRLF, line breaks inside a cell as LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for lead in leads:
        writer.writerow([shown(name, value) for name, value in zip(HEADER, lead or ("",) * len(HEADER), strict=True)])
    return text.getvalue().encode("utf-8-sig")


def fill(cell: Cell, header: str, value: Value) -> None:
    """Give one cell the type and number format that a careful person gives it."""
    if value == ERROR_VALUE:
        cell.value = value
        cell.data_type = "e"
        return
    cell.value = value if value != "" else None
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, int):
        cell.number_format = NUMBER_FORMATS[header]
    elif value:
        cell.data_type = "s"  # a note that begins with a dash stays a note
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text="\n" in value, vertical="top")


def xlsx_bytes(leads: Sequence[Lead]) -> bytes:
    """Write the list as a workbook whose bytes depend on nothing but the list and openpyxl's version."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Leads"
    sheet.append(HEADER)
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.cell(1, index).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, lead in enumerate(leads, start=2):
        for index, (name, value) in enumerate(zip(HEADER, lead, strict=False), start=1):
            cell = sheet.cell(number, index)
            assert isinstance(cell, Cell)  # noqa: S101 - no cell of this sheet is merged
            fill(cell, name, value)
    book.properties.created = WRITTEN.replace(tzinfo=None)
    book.properties.creator = "lsq-import"
    raw = io.BytesIO()
    book.save(raw)
    return without_clock(raw.getvalue())


def without_clock(raw: bytes) -> bytes:
    """Give the same zip with fixed times, so that a rebuilt sample differs only where the list does."""
    settled = io.BytesIO()
    stamp = WRITTEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            member = source.read(name)
            if name == "docProps/core.xml":
                before, tag, rest = member.partition(b"<dcterms:modified")
                attributes, _, tail = rest.partition(b">")
                member = before + tag + attributes + b">" + stamp + tail[tail.index(b"<") :]
            target.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), member, zipfile.ZIP_DEFLATED)
    return settled.getvalue()


def main() -> None:
    """Write both files beside this script."""
    folder = Path(__file__).resolve().parent
    (folder / "leads.csv").write_bytes(csv_bytes(LEADS))
    (folder / "leads.xlsx").write_bytes(xlsx_bytes(LEADS))


if __name__ == "__main__":
    main()
