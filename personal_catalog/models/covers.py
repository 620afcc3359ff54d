"""Pictures of covers. Which one a title has stands in the title, and who gave it in its provenance."""

from django.db import models

LONGEST_NAME = 24


class CoverPicture(models.Model):
    """Its name tells its content and its greatest width; the files lie in the storage under names made of it."""

    name = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class CoverSearch(models.Model):
    """A title whose cover is looked for outside. `next_at` empty: all servers have had their say, and nobody has one."""

    title = models.OneToOneField("personal_catalog.Title", models.CASCADE, related_name="cover_search")
    next_at = models.DateTimeField(null=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.title_id)
