from django.db import models


class SearchTerm(models.Model):
    """A word that occurs in the index, kept for near spellings. Rows are only added: a stale one merely finds nothing.

    `head` and `tail` are its first and last two letters: one wrong letter in a word of five spares one of them.
    """

    term = models.CharField(max_length=40, unique=True)
    head = models.CharField(max_length=2)
    tail = models.CharField(max_length=2)
    length = models.PositiveSmallIntegerField()

    class Meta:
        indexes = (
            models.Index("head", "length", name="searchterm_head"),
            models.Index("tail", "length", name="searchterm_tail"),
        )

    def __str__(self) -> str:
        return self.term
