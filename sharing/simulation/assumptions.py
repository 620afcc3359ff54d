"""What the simulated readers are like. Each figure says where it comes from: the study of the service that this one
replaces (Chongqing University's library, August 2015 to the end of 2020; 58 readers asked), or nobody has measured it."""

from dataclasses import dataclass, fields

STUDY = "study"
FITTED = "fitted on the base line alone, so that more than half of its requests fail as in the study"
NOBODY = "assumption, not measured"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Shares of one, hours and days; `SOURCES` has where each comes from."""

    requests_per_reader: float = 2.67
    copies_per_reader: float = 1.0
    titles_per_copy: float = 0.35
    sees_news: float = 0.75
    sees_reminder: float = 0.4
    median_hours_to_look: float = 9.0
    says_yes: float = 0.85
    yes_after_chat: float = 0.5
    steps_back: float = 0.14
    steps_back_after_chat: float = 0.07
    fails_to_meet: float = 0.08
    median_hours_to_meet: float = 40.0
    median_days_kept: float = 14.0
    standing_consents: float = 0.15
    rounds_a_day: int = 3

    def told(self) -> dict[str, dict[str, object]]:
        """Each figure with its source, as the command prints it."""
        return {
            field.name: {"value": getattr(self, field.name), "source": SOURCES[field.name]} for field in fields(self)
        }


SOURCES = {
    "requests_per_reader": f"{STUDY}: 30,000 requests by more than 10,000 readers, 2.67 each",
    "copies_per_reader": f"{NOBODY}; {STUDY}: 87.93 % would lend their own books",
    "titles_per_copy": f"{NOBODY}; {STUDY}: the most sought, mostly course books, were passed on 14 to 19 times",
    "sees_news": FITTED,
    "sees_reminder": f"{NOBODY}: of those who overlooked the news, by each reminder",
    "median_hours_to_look": f"{NOBODY}; {STUDY}: 46.55 % found agreeing slow",
    "says_yes": f"{NOBODY}; {STUDY}: requests failed chiefly because nobody answered",
    "yes_after_chat": f"{NOBODY}: of those who would say no; {STUDY}: no way to talk before consent",
    "steps_back": f"{NOBODY}; {STUDY}: holders agreed and then withdrew",
    "steps_back_after_chat": NOBODY,
    "fails_to_meet": f"{NOBODY}; {STUDY}: 53.45 % found passing the book on inconvenient",
    "median_hours_to_meet": NOBODY,
    "median_days_kept": NOBODY,
    "standing_consents": NOBODY,
    "rounds_a_day": "of the moved clock, at 8:10, 13 and 19 o'clock; the scheduler really comes each minute",
}
LEFT_OUT = (
    "library loans, absences, drop points and couriers: all handovers are in person, all books readers' own copies"
)
