"""What an import needs, checked one by one: each check says that it is well, or what to do."""

from importer.doctor.account import check_account
from importer.doctor.finding import Finding
from importer.doctor.keysfile import check_keys_file
from importer.doctor.ledger import check_ledger
from importer.doctor.machine import check_machine
from importer.doctor.notification import check_notification
from importer.doctor.spreadsheet import check_file

__all__ = [
    "Finding",
    "check_account",
    "check_file",
    "check_keys_file",
    "check_ledger",
    "check_machine",
    "check_notification",
]
