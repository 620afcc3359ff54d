"""Who was first when a week, a month or a term had ended, and the page on which a librarian prints it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.dateformat import format as written
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from incentives.models.leaderboards import Board, LeaderboardEntry, Period
from incentives.models.settings import IncentiveSettings


class EndedPeriod(models.Model):
    """The row is the claim: a period's winners are written once, with it."""

    period = models.CharField(max_length=6, choices=Period)
    first_date = models.DateField()
    last_date = models.DateField()
    name_zh = models.CharField(max_length=60, blank=True)
    name_en = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_date", "-first_date"]
        verbose_name = _("ended period")
        verbose_name_plural = _("ended periods")
        constraints = [models.UniqueConstraint(fields=["period", "first_date"], name="a_period_ends_once")]

    def __str__(self) -> str:
        """2026 年秋季学期 · October 2026 · 26 Oct 2026 – 1 Nov 2026"""
        if self.period == Period.TERM:
            named = self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en
            return named or self._unnamed_term()
        if self.period == Period.MONTH:
            return written(self.first_date, pgettext("format of a month", "F Y"))
        return " – ".join(written(day, pgettext("stamped date", "j M Y")) for day in (self.first_date, self.last_date))

    def _unnamed_term(self) -> str:
        words = _("Spring term %(year)s") if self.first_date.month < 7 else _("Autumn term %(year)s")
        return words % {"year": self.first_date.year}


class Winner(models.Model):
    """One of the first three places, with the pseudonym of that time. Shown while its reader is on the lists; whose account is
    erased, leaves place and count behind."""

    ended = models.ForeignKey(EndedPeriod, on_delete=models.CASCADE, related_name="winners")
    board = models.CharField(max_length=12, choices=Board)
    scope = models.CharField(max_length=100, default=LeaderboardEntry.WHOLE)
    place = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    copy = models.ForeignKey("personal_catalog.Copy", on_delete=models.CASCADE, null=True, related_name="+")
    pseudonym = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["ended", "board", "place", "pk"]
        indexes = [models.Index(fields=["ended", "scope"], name="winners_of_a_period")]
        constraints = [
            models.UniqueConstraint(fields=["ended", "board", "scope", "reader"], name="a_reader_wins_once"),
            models.UniqueConstraint(fields=["ended", "board", "scope", "copy"], name="a_copy_wins_once"),
            models.CheckConstraint(condition=Q(reader=None) | Q(copy=None), name="a_winner_is_a_reader_or_a_copy"),
            models.CheckConstraint(
                condition=Q(pseudonym="") | Q(reader__isnull=False), name="a_winner_s_name_has_its_reader"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.pseudonym}"


class HonoursPage(Page):
    """The first three of a period that has ended, to be published, read by anybody, and printed."""

    lead = models.CharField(_("lead"), max_length=300, blank=True)
    ended = models.ForeignKey(
        EndedPeriod,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("period"),
        help_text=_(
            "A week after it has ended, each period can be chosen here. Only readers who allowed it are named."
        ),
    )

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("ended")]
    parent_page_types = ["sharing.HomePage"]
    subpage_types: list[str] = []
    template = "incentives/honours/honours.html"

    class Meta:
        verbose_name = _("honours page")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Gone with the other pages while a library runs without points."""
        if not IncentiveSettings.load(request).enabled:
            raise Http404
        return super().serve(request, *args, **kwargs)
