"""What the librarian's figures are called and what exactly they say."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise


@dataclass(frozen=True)
class Definition:
    code: str
    name: Words
    says: Words


FIGURES = (
    Definition("placed", pgettext_lazy("figure", "Requests"), _("Requests placed in the period.")),
    Definition(
        "answered",
        pgettext_lazy("figure", "Answered"),
        _(
            "Of all asks that ended in the period with a yes, with a no or in silence: the share that was "
            "answered. Asks that were withdrawn because another holder agreed are left out, and those that needed "
            "no answer because the holder had agreed beforehand."
        ),
    ),
    Definition(
        "answer_hours",
        pgettext_lazy("figure", "Time to an answer"),
        _("The median time from an ask to its yes or no, of the answers given in the period: half were quicker."),
    ),
    Definition(
        "at_once",
        pgettext_lazy("figure", "Agreed at once"),
        _(
            "Requests that were agreed to in the period without a question: the holder had offered the book or agreed "
            "beforehand, or the two stood together. They are no part of the time to an answer."
        ),
    ),
    Definition(
        "fulfilled",
        pgettext_lazy("figure", "Handed over"),
        _(
            "Of all requests that ended in the period: the share whose book changed hands. A library loan "
            "counts when the library has moved it."
        ),
    ),
    Definition(
        "unanswered",
        pgettext_lazy("figure", "Nobody answered"),
        _(
            "Of all requests that ended in the period: the share that ended without a book although holders "
            "were asked, because none of them answered."
        ),
    ),
    Definition(
        "handover_days",
        pgettext_lazy("figure", "Time to the handover"),
        _(
            "The median time from the agreement until both have confirmed the handover, of the handovers in the period; "
            "without books that were passed on when the two stood together."
        ),
    ),
    Definition(
        "readers",
        pgettext_lazy("figure", "Readers taking part"),
        _(
            "Readers who did anything in the period: asked, answered, wrote, met, gave back. “≥”: at least so many, because "
            "for a part of the period it is forgotten who did what; a dash where it is forgotten for all of it."
        ),
    ),
)
FATES = (
    Definition("fulfilled", pgettext_lazy("how a request ended", "Handed over"), _("The book changed hands.")),
    Definition(
        "declined",
        pgettext_lazy("how a request ended", "Declined"),
        _("At least one holder answered, but the book did not change hands."),
    ),
    Definition(
        "unanswered",
        pgettext_lazy("how a request ended", "Nobody answered"),
        _("Holders were asked and none of them answered in time."),
    ),
    Definition(
        "nobody", pgettext_lazy("how a request ended", "Nobody had it"), _("There was no holder who could be asked.")
    ),
    Definition(
        "cancelled", pgettext_lazy("how a request ended", "Cancelled"), _("The reader no longer wanted the book.")
    ),
)
OTHERS = (
    Definition(
        "wanted",
        _("Wanted most"),
        _(
            "Titles that at least five readers asked for in the last half year (or the period, where that is "
            "longer). Not fulfilled: readers whose request ended without a book. Waiting: readers with an "
            "open request now. Items: volumes of the title that the library’s records count."
        ),
    ),
    Definition(
        "few",
        _("Fewer than five readers"),
        _(
            "A figure behind which fewer than five readers stand is not shown, because it would tell about "
            "persons. A dash stands in its place, or “< 5”."
        ),
    ),
)
FIGURE_NAMES = {row.code: row.name for row in FIGURES}
FATE_NAMES = {row.code: row.name for row in FATES}
