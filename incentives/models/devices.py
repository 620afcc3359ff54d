from django.conf import settings
from django.db import models


class SeenDevice(models.Model):
    """A browser in which a reader has signed in: the digest of a random number in its cookie, nothing about the machine."""

    digest = models.CharField(max_length=64)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["digest", "reader"], name="one_row_per_device_and_reader"),)

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.reader_id}"
