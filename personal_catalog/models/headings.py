"""Authority lists: the one form under which a person or a subject stands in the catalogue, and its other forms."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Heading(models.Model):
    class Kind(models.TextChoices):
        CREATOR = "creator", pgettext_lazy("authority list", "Creator")
        SUBJECT = "subject", pgettext_lazy("authority list", "Subject")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("authorised form"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True)
    updated_at = models.DateTimeField(_("changed"))
    carried_to = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    """The last title that has been looked at for its forms; empty when all have been."""

    class Meta:
        verbose_name = _("authorised form")
        verbose_name_plural = _("authority lists")
        ordering = ("kind", "name")
        indexes = (models.Index("carried_to", condition=models.Q(carried_to__isnull=False), name="heading_to_carry"),)

    def __str__(self) -> str:
        return self.name


class HeadingName(models.Model):
    """A form by which a heading is known, the authorised one among them. `key` is the form without case, blanks and
    marks: no two headings of one kind share it."""

    heading = models.ForeignKey(Heading, models.CASCADE, related_name="names")
    kind = models.CharField(max_length=10, choices=Heading.Kind.choices)
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="heading_name_once"),)

    def __str__(self) -> str:
        return self.name
