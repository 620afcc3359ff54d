"""The policies that are set side by side: of the service what librarians can set, of the readers what they are offered."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Rules:
    waves: bool = True
    """Several holders at once, and the next ones after 48 hours; else one, who has until the request ends."""
    reminders: bool = True
    chat: bool = True
    """Holder and requester may talk before the consent."""
    consent: bool = True
    """Holders may agree beforehand."""

    def circulation(self) -> dict[str, int]:
        """What differs from the defaults of CirculationPolicy."""
        return {} if self.waves else {"wave_size": 1, "answer_window_hours": 14 * 24}


BASELINE = Rules(waves=False, reminders=False, chat=False, consent=False)
DEFAULT = Rules()
PARTS = ("waves", "reminders", "chat", "consent")
POLICIES = {
    "baseline": BASELINE,
    "default": DEFAULT,
    **{f"default_without_{part}": replace(DEFAULT, **{part: False}) for part in PARTS},
    **{f"baseline_with_{part}": replace(BASELINE, **{part: True}) for part in PARTS},
}
USUAL = [name for name in POLICIES if not name.startswith("baseline_with_")]
"""What is played if none is named; what each part does for the old service alone is there to be asked for."""
