"""The way to the mail server: one connection a round, and what its answers mean for a mail."""

import logging
import smtplib
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from sharing.mailing.letters import Letter
from sharing.models import Delivery

logger = logging.getLogger(__name__)
Reason = Delivery.Reason
SENT = "sent"
CLOSING, NOT_US = 421, (530, 534, 535)
"""The server is going; the server does not know us: either way it says nothing about this mail."""


class Postman:
    """`send` gives SENT, REFUSED (for good), LATER or DOWN of Delivery.Reason. Nothing of the mail is logged (P9)."""

    def __enter__(self) -> "Postman":
        self.connection = get_connection(fail_silently=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException):
            logger.info("the mail server did not take leave")

    def send(self, letter: Letter) -> str:
        try:
            self.connection.open()
            self.connection.send_messages([_message(letter)])
        except smtplib.SMTPSenderRefused as refused:
            logger.warning("the mail server refuses us as sender: %s", refused.smtp_code)
            return Reason.DOWN
        except smtplib.SMTPRecipientsRefused as refused:
            return self._meaning(next((code for code, _words in refused.recipients.values()), 0))
        except smtplib.SMTPResponseException as answer:
            return self._meaning(answer.smtp_code)
        except (OSError, smtplib.SMTPException) as problem:
            logger.warning("the mail server cannot be reached: %s", type(problem).__name__)
            return Reason.DOWN
        return SENT

    def _meaning(self, code: int) -> str:
        logger.warning("the mail server answers %s", code)
        if code == CLOSING or code in NOT_US:
            return Reason.DOWN
        return Reason.REFUSED if code >= 500 else Reason.LATER


def _message(letter: Letter) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=letter.subject, body=letter.text, from_email=settings.MAIL_FROM, to=[letter.to], headers=letter.headers
    )
    message.attach_alternative(letter.html, "text/html")
    return message
