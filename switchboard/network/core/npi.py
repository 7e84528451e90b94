"""National Provider Identifier: ten digits, the last a Luhn check with 80840 in front (45 CFR 162.406)."""

from stdnum import luhn

PREFIX = "80840"  # ISO issuer number of health identifiers in the United States
DIGITS = 10


def valid_npi(text: str) -> bool:
    """Say whether a text is a well-formed NPI: ten digits, first 1 or 2, check digit right."""
    plain = len(text) == DIGITS and text.isascii() and text.isdigit() and text[0] in "12"
    return plain and bool(luhn.is_valid(PREFIX + text))
