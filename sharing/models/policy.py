"""The circulation policy: librarians edit it, every limit of the workflow is read from here."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.log_actions import log

from sharing import prepared
from sharing.models.holidays import Holiday
from sharing.prepared import TODAY

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _whole(default: int, least: int, most: int, label: "_StrPromise") -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )


MATTERS_FOR = timedelta(days=366)
"""After its last day a holiday lengthens nothing that still runs."""


@register_setting(icon="cogs")
class CirculationPolicy(BaseGenericSetting):
    answer_window_hours = _whole(48, 1, 336, _("answer window (hours)"))
    least_window_hours = _whole(12, 1, 168, _("shortest answer window (hours)"))
    wave_size = _whole(3, 1, 20, _("holders asked at once"))
    request_days = _whole(14, 1, 120, _("a request ends after (days)"))
    handover_days = _whole(7, 1, 60, _("handover within (days) of consent"))
    collect_days = _whole(3, 1, 30, _("a book is collected from a drop point within (days)"))
    courier_days = _whole(14, 4, 60, _("a parcel is taken to have arrived after (days)"))
    late_code_minutes = _whole(60, 0, 1440, _("a code read without network counts for (minutes) after its end"))
    open_requests = _whole(5, 1, 20, _("open requests per reader"))
    asks_per_holder_week = _whole(10, 1, 100, _("asks per holder and week"))
    loan_days = _whole(60, 1, 365, _("loan period of readers' copies (days)"))
    extension_days = _whole(30, 1, 180, _("extension (days)"))
    untransferable_days = _whole(3, 0, 30, _("library loans are not passed on within (days) of their due date"))
    transfers_per_year = _whole(2, 1, 50, _("transfers of one item to one patron a year"))
    free_cancel_days = _whole(90, 1, 365, _("one cancellation without consequence in (days)"))
    cool_off_after = _whole(3, 1, 20, _("cancellations after consent until a pause"))
    cool_off_days = _whole(7, 0, 90, _("pause after them (days)"))
    purchase_days = _whole(21, 1, 180, _("a purchase suggestion is answered within (days)"))
    quiet_from = models.TimeField(_("quiet hours from"), default="22:00")
    quiet_until = models.TimeField(_("quiet hours until"), default="08:00")

    panels = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "answer_window_hours",
                    help_text=_("How long a holder has to say yes or no. Reminders go out half-way and near the end."),
                ),
                FieldPanel(
                    "least_window_hours",
                    help_text=_("When a request ends sooner than this, nobody else is asked for it."),
                ),
                FieldPanel(
                    "wave_size",
                    help_text=_("When none of them is left to answer, the next ones are asked, as many again."),
                ),
                FieldPanel("request_days", help_text=_("By then the reader has a result, whatever it is.")),
                FieldPanel(
                    "handover_days",
                    help_text=_("When the book has not changed hands by then, the lending ends by itself."),
                ),
                FieldPanel(
                    "purchase_days",
                    help_text=_(
                        "Librarians are reminded. After that the reader is told of a second such time, and then that nobody has decided."
                    ),
                ),
                FieldPanel("collect_days", help_text=_("Then it goes back to the one who left it there.")),
                FieldPanel(
                    "courier_days",
                    help_text=_(
                        "Counted from the day it was sent; the one who waits for it is told three days before."
                    ),
                ),
                FieldPanel(
                    "late_code_minutes",
                    help_text=_("For a phone that has no network at the meeting. 0: such a confirmation never counts."),
                ),
            ],
            heading=_("Times"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "open_requests", help_text=_("For a reader without a record; standing moves it between 2 and 10.")
                ),
                FieldPanel(
                    "asks_per_holder_week", help_text=_("Who has been asked so often is left in peace for a week.")
                ),
                FieldPanel("transfers_per_year", help_text=_("How often one library item may come to the same card.")),
                FieldPanel(
                    "free_cancel_days",
                    help_text=_("The first cancellation after consent in this time costs no standing."),
                ),
                FieldPanel(
                    "cool_off_after",
                    help_text=_("So many within that time, and the reader places no new request for a while."),
                ),
                FieldPanel("cool_off_days", help_text=_("Counted from the last cancellation; 0 for no pause.")),
            ],
            heading=_("Limits"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "loan_days", help_text=_("Only for copies that readers lend; the library sets its own dates.")
                ),
                FieldPanel("extension_days", help_text=_("Once, and only while nobody waits for the title.")),
                FieldPanel("untransferable_days", help_text=_("Unless the loan can be renewed.")),
            ],
            heading=_("Loan periods"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("quiet_from", help_text=_("No window ends in the quiet hours, and nobody is woken.")),
                FieldPanel("quiet_until"),
            ],
            heading=_("Quiet hours"),
        ),
    ]

    class Meta:
        verbose_name = _("circulation policy")

    @cached_property
    def holidays(self) -> list[tuple[date, date]]:
        """First and last days of those that are not long past, in their order. One query, which `policies.current` has asked
        along with the policy; none for a policy of no database."""
        if self.pk is None:
            return []
        lately = timezone.localdate() - MATTERS_FOR
        return [(first, last) for first, last in prepared.run(_holidays_since, values={"today": lately})]

    @classmethod
    def label_of(cls, name: str) -> str:
        return str(getattr(cls._meta.get_field(name), "verbose_name", name))

    def clean(self) -> None:
        """Limits that would contradict each other; each field's own range is checked before."""
        problems = {}
        if self.answer_window_hours > self.request_days * 24:
            problems["answer_window_hours"] = _("A holder would have longer to answer than the request lasts.")
        if self.extension_days > self.loan_days:
            problems["extension_days"] = _("An extension is not longer than the loan itself.")
        if self.quiet_from == self.quiet_until:
            problems["quiet_until"] = _("The quiet hours would never end.")
        if problems:
            raise ValidationError(problems)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Who changed which limit, from what to what, stands in the log."""
        before = type(self).objects.filter(pk=self.pk).values().first() or {}
        super().save(*args, **kwargs)
        changed = {
            name: [str(old), str(getattr(self, name))] for name, old in before.items() if old != getattr(self, name)
        }
        if changed:
            log(instance=self, action="sharing.change_policy", data={"changed": changed})


def _holidays_since() -> "QuerySet[Holiday, tuple[Any, ...]]":
    rows = Holiday.objects.filter(last_date__gte=TODAY).order_by("first_date", "last_date")
    return rows.values_list("first_date", "last_date")


class ReaderLimit(models.Model):
    """How many requests this reader may have open, when standing says other than the policy."""

    reader = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="limit")
    open_requests = models.PositiveSmallIntegerField(validators=[MinValueValidator(2), MaxValueValidator(10)])
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reader's limit")
        verbose_name_plural = _("readers' limits")

    def __str__(self) -> str:
        return f"{self.reader_id}: {self.open_requests}"
