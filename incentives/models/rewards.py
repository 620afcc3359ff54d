from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from incentives.models.budgets import RewardBudget
from incentives.models.ledger import Entry
from library_bridge.models import Library


def _in_language(zh: str, en: str) -> str:
    return zh if (get_language() or "zh").startswith("zh") else en


MOST_DAYS = 90


class Reward(models.Model):
    class Effect(models.TextChoices):
        VOUCHER = "", _("a voucher to show at the desk")
        OPEN_REQUEST = "open_request", _("one more open request, at once")
        LONGER_LOAN = "longer_loan", _("a borrowed reader’s book for longer")
        PURCHASE_FIRST = "purchase_first", _("a purchase suggestion to the top of the librarians’ list")

    CHOSEN = (Effect.LONGER_LOAN, Effect.PURCHASE_FIRST)
    """Carried out by the service once the reader says for what."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60)
    description_zh = models.CharField(_("description (Chinese)"), max_length=200, blank=True)
    description_en = models.CharField(_("description (English)"), max_length=200, blank=True)
    place_zh = models.CharField(_("where to use it (Chinese)"), max_length=120, blank=True)
    place_en = models.CharField(_("where to use it (English)"), max_length=120, blank=True)
    price = models.PositiveIntegerField(_("price"), validators=[MinValueValidator(1), MaxValueValidator(100_000)])
    stock = models.IntegerField(
        _("stock"), null=True, blank=True, validators=[MinValueValidator(0)], help_text=_("Empty: unlimited.")
    )
    per_reader_limit = models.PositiveSmallIntegerField(
        _("times per reader"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    valid_days = models.PositiveSmallIntegerField(
        _("voucher valid for days"), default=60, validators=[MinValueValidator(1)]
    )
    effect = models.CharField(_("effect"), max_length=20, choices=Effect, blank=True, default="")
    days = models.PositiveSmallIntegerField(
        _("days longer"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_("For a longer loan only."),
    )  # fmt: skip
    library = models.ForeignKey(
        Library, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("given by"),
        help_text=_("Its budget pays. Empty: the library of the reader’s card."),
    )  # fmt: skip
    picture = models.ForeignKey(
        "wagtailimages.Image", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture"),
        help_text=_("Without one a drawing is shown."),
    )  # fmt: skip
    picture_name = models.CharField(max_length=16, blank=True, default="", editable=False)
    starts_at = models.DateTimeField(_("offered from"))
    ends_at = models.DateTimeField(_("offered until"), null=True, blank=True)
    sort = models.PositiveSmallIntegerField(pgettext_lazy("reward", "order"), default=100)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ["sort", "price", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stock=None) | Q(stock__gte=0), name="reward_stock_never_negative"),
            models.CheckConstraint(condition=Q(price__gte=1, price__lte=100_000), name="reward_price_in_range"),
            models.CheckConstraint(condition=Q(valid_days__gte=1), name="a_voucher_is_valid_for_a_day"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="reward_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(effect="longer_loan", days__isnull=False, days__gte=1, days__lte=MOST_DAYS)
                | ~Q(effect="longer_loan") & Q(days=None),
                name="a_longer_loan_says_its_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The offer would end before it begins.")})
        if (self.effect == self.Effect.LONGER_LOAN) != (self.days is not None):
            raise ValidationError({"days": _("A longer loan needs its days, and nothing else has any.")})
        if self.pk is not None and self.vouchers.exists():
            self._require_as_promised()

    def _require_as_promised(self) -> None:
        """Whoever has a voucher was told what it does."""
        was = Reward.objects.values("effect", "days").get(pk=self.pk)
        for field, before in was.items():
            if getattr(self, field) != before:
                raise ValidationError({field: _("There are vouchers for this already. Make a new reward instead.")})

    def has_ended(self, *, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    @property
    def is_given_by_hand(self) -> bool:
        """The rest is done by the service and costs the library nothing."""
        return self.effect == self.Effect.VOUCHER

    @property
    def works_at_once(self) -> bool:
        """Redeemed is used: nothing is left that could be returned."""
        return self.effect == self.Effect.OPEN_REQUEST

    @property
    def mark(self) -> str:
        """What stands in the drawing of one that the service carries out: signs that both languages read."""
        signs = {
            self.Effect.OPEN_REQUEST: "+1",
            self.Effect.LONGER_LOAN: f"+{self.days}",
            self.Effect.PURCHASE_FIRST: "↑1",
        }
        return signs.get(self.Effect(self.effect), "")

    @property
    def picture_url(self) -> str:
        return reverse("reward-picture", args=[self.picture_name, 176]) if self._has_picture else ""

    @property
    def picture_set(self) -> str:
        """Both widths, for `srcset`."""
        if not self._has_picture:
            return ""
        return ", ".join(
            f"{reverse('reward-picture', args=[self.picture_name, width])} {width}w" for width in (176, 352)
        )

    @property
    def _has_picture(self) -> bool:
        """An image that staff have deleted is gone here, too."""
        return bool(self.picture_name) and self.picture_id is not None

    @property
    def name(self) -> str:
        return _in_language(self.name_zh, self.name_en)

    @property
    def description(self) -> str:
        return _in_language(self.description_zh, self.description_en)

    @property
    def place(self) -> str:
        return _in_language(self.place_zh, self.place_en)


class Voucher(models.Model):
    class Status(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("voucher", "Ready to use")
        USED = "used", pgettext_lazy("voucher", "Used")
        CANCELLED = "cancelled", pgettext_lazy("voucher", "Returned")
        EXPIRED = "expired", pgettext_lazy("voucher", "Expired")

    code = models.CharField(_("code"), max_length=8, unique=True)
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="vouchers", verbose_name=_("reward"))
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="vouchers", verbose_name=_("reader")
    )
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="voucher")
    price = models.PositiveIntegerField(_("price"))
    budget = models.ForeignKey(
        RewardBudget, on_delete=models.PROTECT, null=True, blank=True, related_name="vouchers", verbose_name=_("budget")
    )
    key = models.CharField(max_length=80, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ISSUED)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("valid until"))
    closed_at = models.DateTimeField(_("used or returned at"), null=True, blank=True)
    honoured_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("honoured by"),
    )

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["-issued_at", "-pk"]
        permissions = [("honour_voucher", _("Can honour a voucher at the desk"))]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="issued"), name="vouchers_that_may_expire"),
            models.Index(fields=["reader", "status"], name="vouchers_of_a_reader"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reader", "key"], name="one_voucher_per_reader_and_key"),
            models.CheckConstraint(
                condition=Q(status="issued", closed_at=None) | (~Q(status="issued") & Q(closed_at__isnull=False)),
                name="a_closed_voucher_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.spoken_code

    def get_absolute_url(self) -> str:
        return reverse("voucher", args=[self.code])

    @property
    def spoken_code(self) -> str:
        return f"{self.code[:4]} {self.code[4:]}"
