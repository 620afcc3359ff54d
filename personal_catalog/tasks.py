"""Jobs only make things sooner: what a broker loses, the sweep does in its next round."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from personal_catalog import imports

logger = logging.getLogger(__name__)


@shared_task
def run_import(job_id: int) -> None:
    imports.run_import(job_id=job_id, now=timezone.now())


def hurry(task: Any, *args: object) -> None:
    try:
        task.delay(*args)
    except OperationalError:
        logger.warning("no broker: %s waits for the sweep", task.name)
