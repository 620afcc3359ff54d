"""Answers of SRU servers (1.1, 1.2), made up for the tests."""

from pymarc import Record, record_to_xml

from tests.library_bridge.marc_records import marc21

STRANGER = "9783499101519"
DATA_STRUCTURES = "9787300113906"


def response(*records: str, diagnostics: str = "") -> bytes:
    wrapped = "".join(
        f"<zs:record><zs:recordPacking>xml</zs:recordPacking><zs:recordData>{one}</zs:recordData></zs:record>"
        for one in records
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><zs:searchRetrieveResponse xmlns:zs="http://www.loc.gov/zing/srw/">'
        f"<zs:version>1.1</zs:version><zs:numberOfRecords>{len(records)}</zs:numberOfRecords>"
        f"<zs:records>{wrapped}</zs:records>{diagnostics}</zs:searchRetrieveResponse>"
    ).encode()


def marcxml(record: Record | None = None) -> str:
    return record_to_xml(record or marc21(), namespace=True).decode()


def dublin_core(**said: str | list[str]) -> str:
    """As the Deutsche Nationalbibliothek fills it, unless said otherwise."""
    fields: dict[str, str | list[str]] = {
        "title": "Der Fremde : Roman / Albert Camus. Deutsch von Georg Goyert",
        "creator": ["Camus, Albert [Verfasser]", "Goyert, Georg [Übersetzer]"],
        "publisher": "Reinbek bei Hamburg : Rowohlt",
        "date": "1996",
        "language": "ger",
        "identifier": ["(DE-101)947281665", f"ISBN: {STRANGER}"],
        "subject": ["59 Belletristik", "Roman"],
        "format": "126 S.",
        **said,
    }
    parts = "".join(
        f"<dc:{name}>{value}</dc:{name}>"
        for name, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    )
    return f'<oai_dc:dc xmlns:oai_dc="urn:oai_dc" xmlns:dc="http://purl.org/dc/elements/1.1/">{parts}</oai_dc:dc>'


def diagnostic(message: str) -> str:
    return (
        '<zs:diagnostics><diag:diagnostic xmlns:diag="http://www.loc.gov/zing/srw/diagnostic/">'
        f"<diag:uri>info:srw/diagnostic/1/10</diag:uri><diag:message>{message}</diag:message></diag:diagnostic>"
        "</zs:diagnostics>"
    )
