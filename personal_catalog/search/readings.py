"""The ways to read a question, as trees of tokens. Pure."""

from personal_catalog import class_numbers
from personal_catalog.search import syllables
from personal_catalog.search.analyse import is_cjk, pairs, runs, stem
from personal_catalog.search.analyse import syllables as read_aloud
from personal_catalog.search.terms import All, Any, Node, Term

MOST_WORDS = 20
LONGEST_RUN = 30
LONGEST_SOUND = 40


def words_of(text: str) -> list[str]:
    return [run[:LONGEST_RUN] if is_cjk(run) else run for run in runs(_with_v(text))[:MOST_WORDS]]


def as_typed(words: list[str]) -> Node | None:
    """Every word, as text or as pinyin; or the whole question as pinyin typed with blanks."""
    if not words:
        return None
    strict = All(tuple(_word(word) for word in words))
    whole = "".join(words)
    if len(words) == 1 or not all(syllables.cut(word) for word in words) or len(whole) > LONGEST_SOUND:
        return strict
    return Any((strict, Term(whole, "sound", prefix=True)))


def by_sound(words: list[str]) -> Node | None:
    """Chinese words by their pinyin: finds what is written with another character of the same sound."""
    if not any(is_cjk(word) and len(word) > 1 for word in words):
        return None
    return All(tuple(_sounding(word) if is_cjk(word) else _word(word) for word in words))


def begun(words: list[str]) -> Node | None:
    """The last word may be unfinished."""
    if not words or is_cjk(words[-1]) or len(words[-1]) < 3:
        return None
    return All((*(_word(word) for word in words[:-1]), Term(words[-1], prefix=True)))


def unfinished(words: list[str]) -> Node | None:
    """What has been typed so far: the last word may be the beginning of one."""
    if not words:
        return None
    last = words[-1]
    if is_cjk(last):
        return as_typed(words)
    begun = Any((Term(last, prefix=True), _word(last)))
    return All((*(_word(word) for word in words[:-1]), begun)) if len(last) > 1 else as_typed(words[:-1])


def or_class(reading: Node | None, asked: str) -> Node | None:
    """The same, or everything in the class where the question is a class number (I24, TP312, I3/7, 005.13)."""
    classes = tuple(Term(token, prefix=True) for token in class_numbers.tokens(asked))
    return Any((reading, *classes)) if reading is not None and classes else reading


def any_of(words: list[str]) -> list[Term]:
    """Every token once, in no order of weight."""
    tokens = [Term(token) for word in words for token in _tokens(word)]
    tokens += [Term(pair, "sound") for word in words if is_cjk(word) for pair in _sound_pairs(word)]
    return list(dict.fromkeys(tokens))


def _word(word: str) -> Node:
    if is_cjk(word):
        return _all([Term(token) for token in _tokens(word)])
    as_text = Term(stem(word))
    if not word.isascii() or not word.isalpha() or len(word) < 2:
        return as_text
    ways = [_all([Term(p, "sound") for p in syllables.joined_pairs(way)]) for way in _several(word)]
    return Any((as_text, Term(word[:LONGEST_SOUND], "sound", prefix=True), *ways))


def _several(word: str) -> list[tuple[str, ...]]:
    return [way for way in syllables.cut(word) if len(way) > 1]


def _sounding(word: str) -> Node:
    found = _sound_pairs(word)
    return _all([Term(pair, "sound") for pair in found]) if found else _word(word)


def _sound_pairs(word: str) -> list[str]:
    return syllables.joined_pairs(read_aloud(word))


def _tokens(word: str) -> list[str]:
    if not is_cjk(word):
        return [stem(word)]
    return pairs(word) if len(word) > 1 else [word]


def _all(terms: list[Term]) -> Node:
    return terms[0] if len(terms) == 1 else All(tuple(terms))


def _with_v(text: str) -> str:
    return text.replace("ü", "v").replace("Ü", "v") if text.isascii() is False and _pinyin_like(text) else text


def _pinyin_like(text: str) -> bool:
    """lü and nü are typed with v; a German ü is none of ours to change."""
    low = text.lower()
    return any(s in low for s in ("lü", "nü")) and all(
        syllables.cut(part.replace("ü", "v")) for part in low.split() if part
    )
