"""The bare loop that a dry run is compared with: python benchmarks/bare_loop.py leads.csv report.csv

It reads the CSV, builds the same bodies, digests them and writes the same report, and does nothing else: no check, no
identity of rows, no memory of values that came before, no second look at the file.
"""

import csv
import hashlib
import json
import sys
from pathlib import Path

from leads import FIELDS

PLAIN = [
    (index, name) for index, name in enumerate(FIELDS) if "." not in name and index < FIELDS.index("mx_KYC.Status")
]
KYC, DATE = FIELDS.index("mx_KYC.Status"), FIELDS.index("mx_Enquiry_Date")
OWN = ("lsq_row", "lsq_status", "lsq_lead_id", "lsq_error", "lsq_message", "lsq_tip", "lsq_attempts", "lsq_time",
       "lsq_ref", "lsq_extra")  # fmt: skip


def run(leads: Path, report: Path) -> None:
    """Go once through the file."""
    with leads.open(encoding="utf-8", newline="") as file, report.open("w", encoding="utf-8-sig", newline="") as out:
        reader, writer = csv.reader(file), csv.writer(out)
        writer.writerow([*next(reader), *OWN])
        for number, row in enumerate(reader, 2):
            body: list[dict[str, object]] = [
                {"Attribute": name, "Value": value} for index, name in PLAIN if (value := row[index])
            ]
            if row[KYC]:
                body.append(
                    {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Status", "Value": row[KYC]}]}
                )
            if row[DATE]:
                body.append({"Attribute": "mx_Enquiry_Date", "Value": row[DATE]})
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
            digest = hashlib.blake2b(text.encode(), key=b"secret", digest_size=22).hexdigest()
            writer.writerow([*row, number, "ready", "", "", "", "", "", "", f"r{digest}", ""])


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
