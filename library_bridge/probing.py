"""What a library system can do and how it behaves: reads only, unless an item and two cards are given to try with."""

from datetime import datetime
from functools import partial
from typing import Any

from library_bridge import reasons, registry
from library_bridge.adapters import options
from library_bridge.adapters.options import Misconfigured
from library_bridge.models import Library
from library_bridge.operations import Answer, Exit
from library_bridge.ports import LibrarySystem, LibrarySystemError, NotSupported, Refused, Unavailable
from library_bridge.trials import Trial
from library_bridge.watching import Watched

NOBODYS = "0"
"""A barcode and a card number that no library has: any honest answer will do."""

SETTINGS = {
    ("check_out_while_out", "moves"): {"check_out_moves": "yes", "checkout_when_out": "moves"},
    ("check_out_while_out", "refuses"): {"check_out_moves": "no", "checkout_when_out": "refuse"},
    ("check_in_of_what_is_in", "ok"): {"checkin_ok_means_charged": "no"},
    ("check_in_of_what_is_in", "not_on_loan"): {"checkin_ok_means_charged": "yes"},
}
"""What a finding means for the settings of those adapters that have such a one."""


def probe(library: Library, *, barcode: str = "", cards: tuple[str, ...] = (), now: datetime) -> Answer:
    """With a barcode and two cards also writes, and brings everything back."""
    if problem := registry.problem_of(library):
        return Answer(Exit.MISUSED, "misconfigured", str(problem))
    try:
        watched = Watched(registry.system_for(library, now=now))
        facts = _looked(watched, library, barcode, cards)
        if not barcode or len(cards) != 2:
            return Answer(message="Nothing was changed.", facts=facts)
        trial = Trial(watched, barcode, *cards)
        code = trial.why_not()
    except Refused as refusal:
        return Answer(Exit.REFUSED, refusal.code, f"Nothing was tried. {reasons.sentence(refusal.code)}")
    except Unavailable as silence:
        return Answer(Exit.UNAVAILABLE, "unavailable", reasons.sentence("unavailable"), {"because": silence.reason})
    except NotSupported:
        return Answer(Exit.NOT_SUPPORTED, "not_supported", reasons.sentence("not_supported"))
    if code:
        return Answer(Exit.REFUSED, code, f"Nothing was tried. {reasons.sentence(code)}", facts)
    trial.run()
    return _found(library, trial, facts)


def _looked(watched: Watched, library: Library, barcode: str, cards: tuple[str, ...]) -> dict[str, Any]:
    system = watched.system
    unknown_item = watched.ask("item", partial(system.item, NOBODYS)).status.value
    facts: dict[str, Any] = {
        "library": library.code,
        "adapter": library.adapter,
        "capabilities": sorted(ability.value for ability in system.capabilities),
        "says": _described(watched),
        "an_unknown_item_is": unknown_item,
        "an_unknown_card_is": _unknown_card(watched),
    }
    if barcode:
        item = watched.ask("item", partial(system.item, barcode))
        facts["item"] = {"status": item.status.value, "tells_holds": item.hold_count is not None}
    if cards:
        facts["cards"] = [_card(watched, card) for card in cards]
    facts["calls"] = [call.as_dict() for call in watched.calls]
    return facts


def _described(watched: Watched) -> dict[str, str]:
    describe = getattr(watched.system, "describe", None)
    if describe is None:
        return {}
    try:
        return dict(watched.ask("describe", describe))
    except LibrarySystemError as problem:
        return {"describe": type(problem).__name__}


def _unknown_card(watched: Watched) -> str:
    try:
        watched.ask("patron", partial(watched.system.patron, NOBODYS))
    except (Refused, NotSupported) as no:
        return getattr(no, "code", "not_supported")
    return "known"


def _card(watched: Watched, card: str) -> dict[str, Any]:
    """What the system tells of a card, and nothing of whose it is."""
    system: LibrarySystem = watched.system
    record = watched.ask("patron", partial(system.patron, card))
    listed = watched.ask("loans", partial(system.loans, card))
    return {
        "blocked_reason": record.blocked_reason,
        "tells_name": bool(record.name),
        "tells_loan_limit": record.loan_limit is not None,
        "loans": len(listed.loans),
        "complete": listed.complete,
    }


def _found(library: Library, trial: Trial, facts: dict[str, Any]) -> Answer:
    wanted = suggested(library, trial.found)
    facts = facts | {"behaviour": trial.found, "suggest": wanted}
    facts["calls"] = [call.as_dict() for call in trial.watched.calls]
    if wanted:
        facts["command"] = f"manage.py add_library {library.code} " + " ".join(
            f"--set {n}={v}" for n, v in wanted.items()
        )
    if trial.found["as_it_was"]:
        return Answer(message="Everything is as it was before.", facts=facts)
    said = "The item is not back on the shelf: check it in at the desk."
    return Answer(Exit.NEEDS_LIBRARIAN, "not_as_it_was", said, facts)


def suggested(library: Library, found: dict[str, Any]) -> dict[str, str]:
    """Only what the adapter can be told, and is not told yet."""
    wanted = {
        name: value for (key, outcome), s in SETTINGS.items() if found.get(key) == outcome for name, value in s.items()
    }
    return {name: value for name, value in wanted.items() if _would_change(library, name, value)}


def _would_change(library: Library, name: str, value: str) -> bool:
    known = registry.options_of(library.adapter)
    if name not in {option.name for option in known}:
        return False
    try:
        after = options.read(known, {**library.settings, name: value})
    except Misconfigured:
        return False
    return after[name] != options.read(known, library.settings)[name]
