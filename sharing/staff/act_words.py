"""What each act of a librarian on a lending is called, and what is said before it is done."""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Act:
    code: str
    name: str | Promise
    icon: str
    says: str | Promise


RETRY = Act(
    "retry",
    gettext_lazy("Try again now"),
    "resubmit",
    gettext_lazy("The transfer waits for its next try. Ask the library system now instead."),
)
FINISH = Act(
    "finish",
    gettext_lazy("Finish the transfer"),
    "check",
    gettext_lazy(
        "Put things right in the library system first. What it says then decides: on the taker’s card the lending is "
        "completed; otherwise the transfer ends without it, and you settle the lending. Where it can’t tell, your own word decides. "
        "Nothing is written to the library system here."
    ),
)
SETTLE = Act(
    "settle",
    gettext_lazy("Settle"),
    "check",
    gettext_lazy(
        "This ends the lending. If the book never reached the taker, the request goes on to other holders while it has time. "
        "The book of a reader counts as back with its owner only when you say so; otherwise it leaves the register."
    ),
)
SETTLE_LOAN = replace(
    SETTLE,
    says=gettext_lazy(
        "This ends the lending. If the book never reached the taker, the request goes on to other holders while it has time. "
        "The loan stays on the card where the library system has it: nothing is written there."
    ),
)
LOOK_INTO = Act(
    "look-into",
    gettext_lazy("Say what became of it"),
    "search",
    gettext_lazy(
        "The book was left at a drop point, and nobody has it: its giver did not find it, or has not fetched it. Look there, ask "
        "the two, then write what you found; that ends the matter."
    ),
)

LOOK_UP = Act(
    "readers",
    gettext_lazy("Look up the readers"),
    "user",
    gettext_lazy(
        "Who lends what to whom is nobody’s business without a cause. Your reason and your look are kept and shown to the "
        "two readers; their names then stand on the slip for a quarter of an hour."
    ),
)
