from django.db import models


class SearchTerm(models.Model):
    """A word that occurs in the index, kept for near spellings. Rows are only added: a stale one merely finds nothing.

    `mirror` is the word backwards, so that its end can be looked up as its beginning is. `head` and `tail` are its first
    and last two letters.
    """

    term = models.CharField(max_length=40, unique=True)
    mirror = models.CharField(max_length=40, db_index=True)
    head = models.CharField(max_length=2)
    tail = models.CharField(max_length=2)
    length = models.PositiveSmallIntegerField()

    class Meta:
        indexes = (models.Index("head", "tail", "length", name="searchterm_ends"),)

    def __str__(self) -> str:
        return self.term
