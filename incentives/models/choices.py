from django.conf import settings
from django.db import models


class ReaderChoice(models.Model):
    """What a reader wants to see of points, and where others may see their badges and their pseudonym. Without a row: points, and
    nothing of it to others. That one is on the lists at all stands with the reader."""

    reader = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="incentive_choice"
    )
    sees_points = models.BooleanField(default=True)
    badges_on_lists = models.BooleanField(default=False)
    badges_to_partners = models.BooleanField(default=False)
    on_narrow_lists = models.BooleanField(default=False)
    on_honours = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.reader_id)
