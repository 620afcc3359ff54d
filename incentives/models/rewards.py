from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from incentives.models.ledger import Entry


def _in_language(zh: str, en: str) -> str:
    return zh if (get_language() or "zh").startswith("zh") else en


class Reward(models.Model):
    class Effect(models.TextChoices):
        VOUCHER = "", _("a voucher to show at the desk")
        OPEN_REQUEST = "open_request", _("one more open request, at once")

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
    valid_days = models.PositiveSmallIntegerField(_("voucher valid for days"), default=60)
    effect = models.CharField(_("effect"), max_length=20, choices=Effect, blank=True, default="")
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
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="reward_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The offer would end before it begins.")})

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
