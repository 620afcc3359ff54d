"""Reading a number, with a guess at what was meant where it is none."""

from personal_catalog import isbn
from personal_catalog.lookup.chain import known_among


def parse(text: str) -> isbn.Isbn:
    """Like `isbn.parse`, but NotAnIsbn suggests only numbers that some near source knows. Asks them, so never inside a
    transaction."""
    try:
        return isbn.parse(text)
    except isbn.NotAnIsbn as refused:
        known = tuple(known_among(refused.suggestions))
        raise isbn.NotAnIsbn(refused.reason, refused.digits, known) from None
