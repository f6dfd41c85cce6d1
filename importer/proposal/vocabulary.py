"""The words that people use in headers: short forms spelt out, and habitual names of the usual fields. Pure.

Both tables are habits seen in lead lists, not facts about LeadSquared. A word with two usual meanings is in neither:
*Contact* may be a person or a number, *F Name* is the father's in many a list.
"""

import re
from collections.abc import Mapping

__all__ = ["HABITS", "SHORT_FORMS", "joined", "normal", "spelt"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+")

SHORT_FORMS: Mapping[str, str] = {
    "addr": "address",
    "alt": "alternate",
    "alternative": "alternate",
    "amt": "amount",
    "cellno": "cell number",
    "co": "company",
    "contactno": "contact number",
    "cust": "customer",
    "dept": "department",
    "desc": "description",
    "desig": "designation",
    "dist": "district",
    "dob": "date of birth",
    "dt": "date",
    "enq": "enquiry",
    "exp": "experience",
    "fname": "first name",
    "inquiry": "enquiry",
    "lname": "last name",
    "mname": "middle name",
    "mob": "mobile",
    "mobileno": "mobile number",
    "mobno": "mobile number",
    "no": "number",
    "nr": "number",
    "num": "number",
    "org": "organisation",
    "organization": "organisation",
    "ph": "phone",
    "phn": "phone",
    "phno": "phone number",
    "phoneno": "phone number",
    "pref": "preferred",
    "qual": "qualification",
    "remark": "remarks",
    "sex": "gender",
    "specialization": "specialisation",
    "src": "source",
    "tel": "telephone",
    "telno": "telephone number",
    "whatsappno": "whatsapp number",
    "yr": "year",
    "yrs": "years",
}
"""What one word of a header, or of a field's name, stands for."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "EmailAddress": ("email", "mail", "email id", "mail id", "email address", "mail address"),
    "Phone": (
        *("phone", "phone number", "telephone", "telephone number", "contact number"),
        *("mobile", "mobile number", "mobile phone", "mobile phone number", "cell", "cell number", "cell phone"),
    ),
    "FirstName": ("first name", "given name", "forename"),
    "LastName": ("last name", "surname", "family name"),
    "Company": ("company", "company name", "organisation", "organisation name", "firm", "firm name"),
    "JobTitle": ("designation", "job title", "position"),
    "Website": ("website", "web address", "website url", "homepage"),
    "Notes": ("notes", "note", "comments"),
    "Source": ("source", "lead source", "source of lead"),
    "ProspectStage": ("stage", "status", "lead stage", "lead status"),
    "mx_Street1": ("address", "address 1", "address line 1", "street", "street address"),
    "mx_Street2": ("address 2", "address line 2"),
    "mx_City": ("city", "town", "city town", "town city", "city name"),
    "mx_State": ("state", "province", "state province", "state name"),
    "mx_Country": ("country", "country name"),
    "mx_Zip": (
        *("zip", "zip code", "zip postal code", "postal code", "postcode"),
        *("pin", "pin code", "pin number", "pin zip", "pin code zip"),
    ),
    "mx_Date_of_Birth": ("date of birth", "birth date", "birthday"),
    "mx_Highest_Qualification": ("qualification", "education qualification", "educational qualification"),
}


def normal(text: str) -> str:
    """A name as plain words: `mx_EnquiryDate` and `Enquiry date:` are both `enquiry date`."""
    words = _WORD.findall(_CAMEL.sub(" ", text.removeprefix("mx_")))
    return " ".join(words).casefold()


def joined(words: str) -> str:
    """Plain words without their blanks, so that `pin code` is `pincode`.

    Only in plain Latin letters: elsewhere a blank may stand for a vowel sign, which is no letter to Python.
    """
    return words.replace(" ", "") if words.isascii() else words


def spelt(text: str) -> str:
    """A name with its short forms spelt out, without blanks: `Mob. No` is `mobilenumber`, `D.O.B.` `dateofbirth`."""
    whole = _WORD.findall(text.removeprefix("mx_").casefold())
    if len(whole) == 1 and whole[0] in SHORT_FORMS:  # DoB, MobNo: no two words
        return joined(SHORT_FORMS[whole[0]])
    words = normal(text).split()
    if all(len(word) == 1 for word in words):
        words = ["".join(words)]
    return joined(" ".join(SHORT_FORMS.get(word, word) for word in words))


HABITS: Mapping[str, str] = {spelt(name): field for field, names in _NAMES.items() for name in names}
"""What people call the usual fields, spelt out, and the field's schema name; it counts where the account has it."""
