"""ISRC, UPC/EAN, ISWC, IPI and ISNI: how they are written and checked.

Sources: IFPI ISRC structure (ISO 3901:2019), GS1 check digit, ISO 7064 MOD 11-2, and the CWR rules
for ISWC and IPI name numbers.
"""

import re

from catalog.errors import StudioError

ISRC_FORM = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")


class MalformedIdentifier(StudioError):
    """An identifier that cannot be one."""


def normalise_isrc(text: str) -> str:
    """Give an ISRC as twelve bare upper-case characters; empty stays empty.

    Accepts hyphens, spaces, lower case and an `ISRC` prefix.
    """
    bare = re.sub(r"[\s\-‐-―.]", "", text).upper()
    if len(bare) > 12 and bare.startswith("ISRC"):
        bare = bare[4:].lstrip(":")
    if bare and not ISRC_FORM.fullmatch(bare):
        raise MalformedIdentifier(
            f"“{text.strip()}” is not an ISRC.",
            hint="An ISRC has 12 characters: two letters, three letters or digits, two digits of "
            "the year, five digits. Example: AA-6Q7-20-00047.",
        )
    return bare


def display_isrc(isrc: str) -> str:
    """Write a stored ISRC with hyphens, as people read it."""
    return f"{isrc[:2]}-{isrc[2:5]}-{isrc[5:7]}-{isrc[7:]}" if len(isrc) == 12 else isrc


def gtin_check_digit(digits: str) -> int:
    """Compute the check digit of a GTIN from the digits before it."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return (10 - total % 10) % 10


def normalise_upc(text: str) -> str:
    """Give a UPC or EAN as 12 or 13 bare digits with a right check digit; empty stays empty."""
    bare = re.sub(r"[\s\-]", "", text)
    if not bare:
        return ""
    if not re.fullmatch(r"[0-9]{12,14}", bare):
        raise MalformedIdentifier(
            f"“{text.strip()}” is not a UPC or EAN.",
            hint="A UPC has 12 digits and an EAN 13. If a spreadsheet cut leading zeros, put them "
            "back.",
        )
    expected = gtin_check_digit(bare[:-1])
    if expected != int(bare[-1]):
        raise MalformedIdentifier(
            f"The last digit of {bare} does not fit the others.",
            hint=f"It is a check digit and would be {expected}. One of the digits is mistyped.",
        )
    return bare


def normalise_isni(text: str) -> str:
    """Give an ISNI as 16 bare characters with a right check character; empty stays empty."""
    bare = re.sub(r"[\s\-]", "", text).upper().removeprefix("ISNI")
    if not bare:
        return ""
    if not re.fullmatch(r"[0-9]{15}[0-9X]", bare):
        raise MalformedIdentifier(
            f"“{text.strip()}” is not an ISNI.",
            hint="An ISNI has 16 digits; the last may be X. Example: 0000 0004 6743 6124.",
        )
    total = 0
    for digit in bare[:15]:
        total = 2 * (total + int(digit))
    remainder = (12 - total % 11) % 11
    if ("X" if remainder == 10 else str(remainder)) != bare[15]:
        raise MalformedIdentifier(f"The last character of {bare} does not fit the others.")
    return bare


def normalise_iswc(text: str) -> str:
    """Give an ISWC as `T` and ten bare digits with a right check digit; empty stays empty.

    >>> normalise_iswc("t-034.524.680-1")
    'T0345246801'
    """
    bare = re.sub(r"[\s\-.]", "", text).upper().removeprefix("ISWC")
    if not bare:
        return ""
    if not re.fullmatch(r"T[0-9]{10}", bare):
        raise MalformedIdentifier(
            f"“{text.strip()}” is not an ISWC.",
            hint="An ISWC is T and ten digits. Example: T-034.524.680-1.",
        )
    total = 1 + sum(place * int(digit) for place, digit in enumerate(bare[1:10], start=1))
    expected = (10 - total % 10) % 10
    if expected != int(bare[10]):
        raise MalformedIdentifier(
            f"The last digit of {bare} does not fit the others.",
            hint=f"It is a check digit and would be {expected}. One of the digits is mistyped.",
        )
    return bare


def normalise_ipi(text: str) -> str:
    """Give an IPI name number as eleven digits whose last two check the others.

    Leading zeros that a spreadsheet cut are put back; empty stays empty.
    """
    bare = re.sub(r"[\s\-.]", "", text).upper().removeprefix("IPI")
    if not bare:
        return ""
    if not re.fullmatch(r"[0-9]{3,11}", bare):
        raise MalformedIdentifier(
            f"“{text.strip()}” is not an IPI name number.",
            hint="An IPI name number has 11 digits. Example: 00014107338.",
        )
    bare = bare.zfill(11)
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(bare[:9])) % 101
    expected = f"{(101 - rest) % 100 if rest else 0:02d}"
    if expected != bare[9:]:
        raise MalformedIdentifier(
            f"The last two digits of {bare} do not fit the others.",
            hint=f"They are check digits and would be {expected}. One of the digits is mistyped.",
        )
    return bare
