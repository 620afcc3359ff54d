"""Jobs only make things sooner: what a broker loses, the sweep does in its next round."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from personal_catalog import import_runs, title_imports

logger = logging.getLogger(__name__)


@shared_task
def run_import(job_id: int) -> None:
    import_runs.run_import(job_id=job_id, now=timezone.now())


@shared_task
def run_title_import(import_id: int) -> None:
    title_imports.run(import_id=import_id, now=timezone.now())


def hurry(task: Any, *args: object) -> None:
    try:
        task.delay(*args)
    except OperationalError:
        logger.warning("no broker: %s waits for the sweep", task.name)
