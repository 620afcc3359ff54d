"""The embedded library system's own tables. They hold what a real library system would know, and nothing of ours
refers to them: everybody else asks through the port."""

from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from library_bridge.models.libraries import Library

MOST_DAYS, MOST_LOANS, MOST_RENEWALS, MOST_HOLDS = 730, 500, 50, 100
DAYS = [MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
NO_DEBT = [MinValueValidator(Decimal(0))]


class PatronCategory(models.Model):
    library = models.ForeignKey(
        Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="patron_categories"
    )
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    loan_limit = models.PositiveSmallIntegerField(_("loans at once"), default=20)
    fine_limit = models.DecimalField(
        _("blocked above a fine of"), max_digits=8, decimal_places=2, default=Decimal(50), validators=NO_DEBT
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("patron category")
        verbose_name_plural = _("patron categories")
        constraints = [models.UniqueConstraint(fields=["library", "code"], name="patron_category_code")]

    def __str__(self) -> str:
        return self.name


class ItemType(models.Model):
    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="item_types")
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    for_loan = models.BooleanField(_("for loan"), default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("item type")
        verbose_name_plural = _("item types")
        constraints = [models.UniqueConstraint(fields=["library", "code"], name="item_type_code")]

    def __str__(self) -> str:
        return self.name


class CirculationRule(models.Model):
    """Days count to 23:59 in the library's time zone. No rule for a pair means: not for loan."""

    category = models.ForeignKey(
        PatronCategory, verbose_name=_("patron category"), on_delete=models.CASCADE, related_name="rules"
    )
    item_type = models.ForeignKey(ItemType, verbose_name=_("item type"), on_delete=models.CASCADE, related_name="rules")
    loan_days = models.PositiveSmallIntegerField(_("loan period in days"), default=30, validators=DAYS)
    loan_limit = models.PositiveSmallIntegerField(
        _("loans of this type at once"), null=True, blank=True, validators=[MaxValueValidator(MOST_LOANS)]
    )
    renewal_limit = models.PositiveSmallIntegerField(
        _("renewals"), default=1, validators=[MaxValueValidator(MOST_RENEWALS)]
    )
    renewal_days = models.PositiveSmallIntegerField(
        _("renewal period in days"), default=30, validators=[MaxValueValidator(MOST_DAYS)]
    )
    hold_limit = models.PositiveSmallIntegerField(
        _("holds of this type at once"),
        default=5,
        validators=[MaxValueValidator(MOST_HOLDS)],
        help_text=_("0: no holds."),
    )
    fine_per_day = models.DecimalField(
        _("fine a day"), max_digits=6, decimal_places=2, default=Decimal("0.10"), validators=NO_DEBT
    )

    class Meta:
        ordering = ["category", "item_type"]
        verbose_name = _("circulation rule")
        verbose_name_plural = _("circulation rules")
        constraints = [
            models.UniqueConstraint(fields=["category", "item_type"], name="one_rule_a_pair"),
            models.CheckConstraint(
                condition=Q(loan_days__gte=1, loan_days__lte=MOST_DAYS, renewal_days__lte=MOST_DAYS),
                name="rule_days_in_range",
            ),
            models.CheckConstraint(
                condition=(Q(loan_limit=None) | Q(loan_limit__lte=MOST_LOANS)) & Q(renewal_limit__lte=MOST_RENEWALS),
                name="rule_limits_in_range",
            ),
            models.CheckConstraint(condition=Q(fine_per_day__gte=0), name="rule_fine_not_negative"),
            models.CheckConstraint(condition=Q(hold_limit__lte=MOST_HOLDS), name="rule_holds_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.category} · {self.item_type}"


class EmbeddedPatron(models.Model):
    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="+")
    card_number = models.CharField(_("card number"), max_length=40)
    pin = models.CharField(_("PIN (hashed)"), max_length=128, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    category = models.ForeignKey(PatronCategory, verbose_name=_("patron category"), on_delete=models.PROTECT)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)
    lost = models.BooleanField(_("card lost"), default=False)
    fines = models.DecimalField(_("fines"), max_digits=8, decimal_places=2, default=Decimal(0), validators=NO_DEBT)

    class Meta:
        ordering = ["card_number"]
        verbose_name = _("patron of the embedded system")
        verbose_name_plural = _("patrons of the embedded system")
        constraints = [models.UniqueConstraint(fields=["library", "card_number"], name="embedded_card_number")]

    def __str__(self) -> str:
        return self.card_number

    def set_pin(self, pin: str) -> None:
        self.pin = make_password(pin)


class EmbeddedRecord(models.Model):
    """`creators`, `translators` and `subjects` are lists of strings."""

    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="+")
    record_id = models.CharField(_("record number"), max_length=40)
    title = models.CharField(_("title"), max_length=400)
    subtitle = models.CharField(_("subtitle"), max_length=400, blank=True)
    creators = models.JSONField(_("creators"), default=list, blank=True)
    translators = models.JSONField(_("translators"), default=list, blank=True)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=3, blank=True)
    series = models.CharField(_("series"), max_length=200, blank=True)
    clc = models.CharField(_("Chinese Library Classification"), max_length=40, blank=True)
    ddc = models.CharField(_("Dewey Decimal Classification"), max_length=40, blank=True)
    subjects = models.JSONField(_("subjects"), default=list, blank=True)
    call_number = models.CharField(_("call number"), max_length=80, blank=True)

    class Meta:
        ordering = ["record_id"]
        verbose_name = _("record of the embedded system")
        verbose_name_plural = _("records of the embedded system")
        constraints = [models.UniqueConstraint(fields=["library", "record_id"], name="embedded_record_number")]
        indexes = [models.Index(fields=["library", "title"], name="embedded_record_title")]  # for imports

    def __str__(self) -> str:
        return self.title


class EmbeddedIsbn(models.Model):
    """Rows of their own, because a list inside a record can't be found by index on SQLite."""

    record = models.ForeignKey(EmbeddedRecord, verbose_name=_("record"), on_delete=models.CASCADE, related_name="isbns")
    isbn13 = models.CharField(_("ISBN"), max_length=13, db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("ISBN of a record")
        verbose_name_plural = _("ISBNs of a record")
        constraints = [models.UniqueConstraint(fields=["record", "isbn13"], name="isbn_once_a_record")]

    def __str__(self) -> str:
        return self.isbn13


class EmbeddedItem(models.Model):
    """Whether it is charged is not a status: an open loan says so."""

    class Status(models.TextChoices):
        IN_CIRCULATION = "in_circulation", _("in circulation")
        HOLD_SHELF = "hold_shelf", _("on the hold shelf")
        IN_TRANSIT = "in_transit", _("in transit")
        LOST = "lost", _("lost")

    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="+")
    barcode = models.CharField(_("barcode"), max_length=60)
    record = models.ForeignKey(EmbeddedRecord, verbose_name=_("record"), on_delete=models.PROTECT, related_name="items")
    item_type = models.ForeignKey(ItemType, verbose_name=_("item type"), on_delete=models.PROTECT)
    branch = models.CharField(_("branch"), max_length=80, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.IN_CIRCULATION)

    class Meta:
        ordering = ["barcode"]
        verbose_name = _("item of the embedded system")
        verbose_name_plural = _("items of the embedded system")
        constraints = [models.UniqueConstraint(fields=["library", "barcode"], name="embedded_barcode")]

    def __str__(self) -> str:
        return self.barcode


class EmbeddedLoan(models.Model):
    item = models.ForeignKey(EmbeddedItem, verbose_name=_("item"), on_delete=models.PROTECT, related_name="loans")
    patron = models.ForeignKey(EmbeddedPatron, verbose_name=_("patron"), on_delete=models.PROTECT, related_name="loans")
    checked_out_at = models.DateTimeField(_("checked out at"))
    due_at = models.DateTimeField(_("due"))
    renewals = models.PositiveSmallIntegerField(_("renewals"), default=0)
    recalled_at = models.DateTimeField(_("recalled at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("loan of the embedded system")
        verbose_name_plural = _("loans of the embedded system")
        permissions = [("use_circulation_desk", _("Can check out and in at the circulation desk"))]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(returned_at__isnull=True), name="embedded_item_charged_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)


class EmbeddedHold(models.Model):
    """On a record, or on one item of it. Filled: an item waits on the hold shelf."""

    record = models.ForeignKey(EmbeddedRecord, verbose_name=_("record"), on_delete=models.PROTECT, related_name="holds")
    item = models.ForeignKey(
        EmbeddedItem, verbose_name=_("item"), null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    patron = models.ForeignKey(EmbeddedPatron, verbose_name=_("patron"), on_delete=models.PROTECT, related_name="holds")
    placed_at = models.DateTimeField(_("placed at"))
    filled_at = models.DateTimeField(_("filled at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    collected_at = models.DateTimeField(_("collected at"), null=True, blank=True)

    class Meta:
        ordering = ["placed_at", "pk"]
        verbose_name = _("hold of the embedded system")
        verbose_name_plural = _("holds of the embedded system")
        constraints = [
            models.CheckConstraint(
                condition=Q(collected_at__isnull=True) | Q(filled_at__lte=F("collected_at")),
                name="hold_filled_before_collected",
            ),
            models.UniqueConstraint(
                fields=["record", "patron"],
                condition=Q(cancelled_at__isnull=True, collected_at__isnull=True),
                name="one_waiting_hold_a_card",
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)
