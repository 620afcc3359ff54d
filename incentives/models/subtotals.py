from django.db import models

from incentives.models.ledger import Account


class Subtotal(models.Model):
    """What an account's postings up to one of them add up to, all of which count since `at`. Only to spare adding up: the database
    refuses one that is wrong, and a posting that would come before it (`incentives.triggers`). It may be deleted at any time."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="subtotal")
    through = models.BigIntegerField()
    amount = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount}"
