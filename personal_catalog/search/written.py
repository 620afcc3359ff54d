"""A question and a record in the language of each engine. Pure."""

from personal_catalog.search.analyse import Tokens
from personal_catalog.search.terms import All, Node, Term


def match(node: Node, text: str = "title names other") -> str:
    """FTS5's query language, every token quoted; `text` are the columns that are no sound."""
    if isinstance(node, Term):
        columns = "sound" if node.field == "sound" else f"{{{text}}}"
        return f'{columns} : "{node.token}"{" *" if node.prefix else ""}'
    joint = " AND " if isinstance(node, All) else " OR "
    return f"({joint.join(match(part, text) for part in node.parts)})"


def tsquery(node: Node) -> str:
    if isinstance(node, Term):
        marks = ("*" if node.prefix else "") + ("D" if node.field == "sound" else "ABC")
        return f"'{_lexeme(node.token)}':{marks}"
    joint = " & " if isinstance(node, All) else " | "
    return f"({joint.join(map(tsquery, node.parts))})"


def vector(tokens: Tokens) -> str:
    made, place = [], 0
    for weight, field in zip("ABCD", (tokens.title, tokens.names, tokens.other, tokens.sound), strict=True):
        for token in field:
            place += 1
            made.append(f"'{_lexeme(token)}':{min(place, 16_000)}{weight}")
    return " ".join(made)


def _lexeme(token: str) -> str:
    return token.replace("\\", "").replace("'", "").replace('"', "")
