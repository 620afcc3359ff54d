"""Where a book is left by one reader and collected by another: a library's desk, a book house, a locker; and its screens."""

import secrets
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sharing.phrases import fill

SHELF_CODE_LENGTH = 6
LONGEST_LABEL = 20  # of a compartment
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another


def new_shelf_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(SHELF_CODE_LENGTH))


def same_label(label: str) -> str:
    """What two ways of writing one label have in common: full width or not, capitals or not."""
    return unicodedata.normalize("NFKC", label).strip().casefold()


class DropPoint(models.Model):
    """Of a meeting place. `compartments`: one label a line; without any, the giver says in words where the book lies."""

    place = models.OneToOneField(
        "sharing.MeetingPlace", models.PROTECT, related_name="drop_point", verbose_name=_("meeting place"),
        help_text=_("Name, opening times and map come from there."),
    )  # fmt: skip
    compartments = models.TextField(
        _("compartments"), blank=True, max_length=4000,
        help_text=_("One a line, as it stands on the door or on the shelf. Empty: whoever leaves a book says where it lies."),
    )  # fmt: skip
    one_book_each = models.BooleanField(
        _("one book in each compartment"), default=False, help_text=_("For lockers; on a shelf several may stand.")
    )
    shelf_code = models.CharField(
        _("shelf code"), max_length=SHELF_CODE_LENGTH, default=new_shelf_code,
        validators=[RegexValidator(f"^[{LETTERS}]{{{SHELF_CODE_LENGTH}}}$", _("Six capital letters or digits, without I, O, 0 and 1."))],
        help_text=_("Written up there and nowhere else: who types it has been there. Change it when it has got about."),
    )  # fmt: skip
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ("place__name_zh",)
        verbose_name = _("drop point")
        verbose_name_plural = _("drop points")

    def __str__(self) -> str:
        return self.place.name

    @property
    def labels(self) -> list[str]:
        """Of the compartments, in the librarians' order."""
        return [label for line in self.compartments.splitlines() if (label := line.strip())]

    def clean(self) -> None:
        """Each label fits where a deposit keeps it, and names one compartment."""
        seen = set[str]()
        for label in self.labels:
            if len(label) > LONGEST_LABEL:
                sentence = gettext("“%(label)s” is too long: a compartment’s label has at most %(most)s characters.")
                raise ValidationError({"compartments": fill(sentence, {"label": label, "most": LONGEST_LABEL})})
            if (same := same_label(label)) in seen:
                sentence = gettext("“%(label)s” stands there twice. Each compartment needs a label of its own.")
                raise ValidationError({"compartments": fill(sentence, {"label": label})})
            seen.add(same)


class KioskQuerySet(models.QuerySet["Kiosk"]):
    def in_use(self) -> "KioskQuerySet":
        """Opened by somebody, and not switched off since."""
        return self.filter(opened_at__isnull=False, revoked_at=None, drop_point__is_active=True)


class Kiosk(models.Model):
    """A screen at a drop point. Its link works once; `serial` grows with each new link, and with it what was given out before
    is dead."""

    drop_point = models.ForeignKey(DropPoint, models.CASCADE, related_name="kiosks", verbose_name=_("drop point"))
    name = models.CharField(_("name"), max_length=80, help_text=_("E.g. “Screen at the front desk”."))
    serial = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(_("in use since"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("switched off on"), null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True, blank=True)

    objects = KioskQuerySet.as_manager()

    class Meta:
        ordering = ("drop_point", "name")
        verbose_name = _("kiosk screen")
        verbose_name_plural = _("kiosk screens")
        constraints = (
            models.CheckConstraint(
                condition=Q(wrong_tries=0) | Q(wrong_since__isnull=False), name="kiosk_counts_from_a_moment"
            ),
        )

    def __str__(self) -> str:
        return self.name
