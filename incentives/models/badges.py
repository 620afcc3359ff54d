from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Badge(models.Model):
    """Earned once and kept; how far a reader is on the way to one is counted, not stored."""

    class Code(models.TextChoices):
        FIRST_LENDING = "first_lending", _("First book passed on")
        TEN_LENDINGS = "ten_lendings", _("Ten books passed on")
        TEN_HANDS = "ten_hands", _("A book that has passed ten hands")
        QUICK_ANSWERS = "quick_answers", _("Ten answers within the hour")
        FIFTY_TITLES = "fifty_titles", _("Fifty titles described")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="badges")
    code = models.CharField(max_length=14, choices=Code)
    earned_at = models.DateTimeField()

    class Meta:
        ordering = ["earned_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["reader", "code"], name="a_badge_is_earned_once")]

    def __str__(self) -> str:
        return self.get_code_display()
