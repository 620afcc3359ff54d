"""Wagtail's background jobs (django-tasks: its indexes, files to delete) as Celery jobs, sent after the commit.

Where the broker is this process's own memory and no worker runs beside, as in a management command, nobody would ever
take the job up; and where the broker is away, nobody would miss it. Then it is done here and now.
"""

import logging
from functools import partial
from typing import Any, TypeVar

from celery import current_app, shared_task
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.signals import task_enqueued
from django_tasks.utils import get_random_id
from kombu.exceptions import OperationalError
from typing_extensions import ParamSpec

logger = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")


class CeleryBackend(BaseTaskBackend):
    """No priorities, no results, no delays: Wagtail asks for none."""

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        self.validate_task(task)
        result: TaskResult[T] = TaskResult(
            task=task, id=get_random_id(), status=TaskResultStatus.READY, enqueued_at=timezone.now(), started_at=None,
            last_attempted_at=None, finished_at=None, args=list(args), kwargs=dict(kwargs), backend=self.alias, errors=[],
            worker_ids=[],
        )  # fmt: skip
        task_enqueued.send(type(self), task_result=result)
        transaction.on_commit(partial(_send, task.module_path, result.args, result.kwargs), robust=True)
        return result


def _send(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    try:
        if not _nobody_would_take_it():
            run.delay(path, args, kwargs)
            return
    except OperationalError:
        logger.warning("no broker: %s is done at once", path)
    run(path, args, kwargs)


def _nobody_would_take_it() -> bool:
    in_memory = str(current_app.conf.broker_url).startswith("memory:")
    return in_memory and not getattr(current_app.conf, "worker_beside", False)


@shared_task(name="config.task_backend.run")
def run(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """`path` must name a task of django-tasks; nothing else can be called by what a queue says."""
    task = import_string(path)
    if not isinstance(task, Task):
        raise TypeError(f"{path} is no task")
    try:
        task.call(*args, **kwargs)
    except ObjectDoesNotExist:
        logger.info("%s: the row is gone meanwhile", path)
