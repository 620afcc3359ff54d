"""Jobs. Each only says *now would be a good time*: the work is found in rows, so a lost or doubled job changes nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from library_bridge import registers
from sharing import carrying, data_exports, events, transferring, waves
from sharing.mailing import sending

logger = logging.getLogger(__name__)


@shared_task
def deliver_events(event_ids: list[int]) -> None:
    for event in events.undelivered().filter(pk__in=event_ids):
        events.deliver(event, now=timezone.now())


@shared_task
def next_wave(request_id: int) -> None:
    waves.send_next_wave(request_id=request_id, now=timezone.now())


@shared_task
def serve_title(title_id: int) -> None:
    waves.serve_title(title_id=title_id, now=timezone.now())


@shared_task
def advance_transfer(lending_id: int) -> None:
    transferring.advance_transfer(lending_id=lending_id, now=timezone.now())


@shared_task
def make_data_export(export_id: int) -> None:
    data_exports.make_export(export_id=export_id, now=timezone.now())


@shared_task
def send_mails() -> None:
    for deed in sending.send_due(now=timezone.now()):
        logger.info("mail: %s", deed)


@shared_task
def carry() -> None:
    """Pushes, and words by messenger."""
    for deed in carrying.send_due(now=timezone.now()):
        logger.info("carried: %s", deed)


@shared_task
def act_on_due() -> None:
    for deed in registers.act_on_due(now=timezone.now()):
        logger.info("due: %s", deed)
