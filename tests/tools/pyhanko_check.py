#!/usr/bin/env python3
"""Validates sealed PDFs with pyHanko: pyhanko_check.py CA.pem FILE...

Intact, covering the whole file, trusted with nothing but the anchor given; where the file stores revocation data,
valid by them alone (PAdES B-LT), nothing fetched. Prints one line a file; ends with 1 if one does not hold.
"""
import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
root = load_cert_from_pemder(sys.argv[1])
bad = 0
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        reader = PdfFileReader(file)
        (seal,) = reader.embedded_signatures
        stored = "/DSS" in reader.root
        if stored:
            settings = {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
            context = DocumentSecurityStore.read_dss(reader).as_validation_context(settings)
        else:
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
        status = validate_pdf_signature(seal, context)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        unchanged = status.modification_level in (None, ModificationLevel.NONE)
        stamped = status.timestamp_validity is not None and status.timestamp_validity.valid
        good = status.bottom_line and status.intact and status.valid and status.trusted and whole and unchanged
        print("PASS" if good else "FAIL", name, "B-LT" if stored else "B-T" if stamped else "B-B", status.summary())
        bad += not good
sys.exit(bad > 0)
