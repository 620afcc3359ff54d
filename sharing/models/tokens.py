"""What API clients carry: a bearer token, and keys that make a repeated command give the first answer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bearer_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.reader_id} until {self.expires_at:%Y-%m-%d}"


class IdempotencyKey(models.Model):
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    command = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = (models.UniqueConstraint(fields=("reader", "key"), name="one_answer_per_key"),)
        indexes = (models.Index(fields=("key",), name="idempotency_by_key"),)

    def __str__(self) -> str:
        return self.key
