"""The numbers of a MARC 21 record besides its ISBNs, each with its kind before it: `oclc:12345`, `DLC:123`. Pure."""

import re

from library_bridge.marc import words
from library_bridge.marc.fields import Record

CONTROL = re.compile(r"\(([A-Za-z][A-Za-z0-9\-]{0,19})\)\s*(\S.*)")
KINDS = {"OCoLC": "oclc"}
NAMED = {"doi": "doi", "douban": "douban"}
CSBN = "统一书号"


def of(record: Record) -> tuple[str, ...]:
    found = [f"lccn:{text}" for text in words.every(record, ["010"], "a")]
    found += [f"issn:{text}" for text in words.every(record, ["022"], "a")]
    for field in record.all("024"):
        kind = NAMED.get(field.get("2").lower(), "csbn" if field.get("q") == CSBN else "")
        found += [f"{kind}:{text}" for text in words.values(field, "a")[:1] if kind]
    found += [line for text in words.every(record, ["035"], "a") if (line := control(text))]
    if (agency := words.coded(record, "003")) and (line := control(f"({agency}){words.coded(record, '001')}")):
        found.append(line)
    return tuple(dict.fromkeys(found))


def control(text: str) -> str:
    """`(OCoLC)ocm00012345` → `oclc:ocm00012345`; the code before it is the agency's."""
    match = CONTROL.fullmatch(text)
    return f"{KINDS.get(match[1], match[1])}:{match[2]}" if match else ""
