"""Wagtail's background jobs on Celery: after the commit, by name, and never lost for want of a worker."""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.db import transaction
from django_tasks import task_backends
from kombu.exceptions import OperationalError
from wagtail.models import Page, ReferenceIndex
from wagtail.tasks import update_reference_index_task

from config import task_backend
from config.task_backend import CeleryBackend
from sharing.models import GuidePage

Captured = Callable[..., Any]
PATH = "wagtail.tasks.update_reference_index_task"


@pytest.fixture
def backend() -> CeleryBackend:
    return CeleryBackend(alias="default", params={})


@pytest.fixture
def worker_beside() -> Any:
    """As `manage.py serve` has it."""
    current_app.conf.worker_beside = True
    yield
    current_app.conf.worker_beside = False


def test_the_service_runs_on_it() -> None:
    from config.settings import base

    assert base.TASKS["default"]["BACKEND"] == "config.task_backend.CeleryBackend"
    assert task_backends["default"].alias == "default"


@pytest.mark.django_db
def test_a_job_is_sent_by_its_name_after_the_commit(
    backend: CeleryBackend, worker_beside: None, django_capture_on_commit_callbacks: Captured
) -> None:
    with mock.patch.object(task_backend.run, "delay") as sent:
        with django_capture_on_commit_callbacks(execute=True):
            backend.enqueue(update_reference_index_task, ("sharing", "guidepage", "1"), {})
            assert not sent.called
        sent.assert_called_once_with(PATH, ["sharing", "guidepage", "1"], {})


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_sends_nothing(backend: CeleryBackend, worker_beside: None) -> None:
    with mock.patch.object(task_backend.run, "delay") as sent:
        with transaction.atomic():
            backend.enqueue(update_reference_index_task, ("sharing", "guidepage", "1"), {})
            transaction.set_rollback(True)
        assert not sent.called


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["nobody takes it", "no broker"])
def test_without_a_worker_or_a_broker_the_work_is_done_here(
    trouble: str, backend: CeleryBackend, django_capture_on_commit_callbacks: Captured
) -> None:
    with (
        mock.patch.object(task_backend.run, "delay", side_effect=OperationalError) as sent,
        mock.patch("config.task_backend._nobody_would_take_it", return_value=trouble == "nobody takes it"),
        mock.patch.object(ReferenceIndex, "create_or_update_for_object") as indexed,
        django_capture_on_commit_callbacks(execute=True),
    ):
        page = Page.objects.get(depth=1).add_child(instance=GuidePage(title="Rules", slug="rules"))
        backend.enqueue(update_reference_index_task, ("sharing", "guidepage", str(page.pk)), {})
    assert sent.called is (trouble == "no broker")
    assert indexed.called


@pytest.mark.django_db
def test_a_row_that_is_gone_is_no_failure() -> None:
    task_backend.run(PATH, ["sharing", "guidepage", "4711"], {})


@pytest.mark.parametrize("path", ["os.system", "wagtail.tasks.transaction", "config.task_backend.run"])
def test_a_queue_can_call_nothing_but_tasks(path: str) -> None:
    with pytest.raises(TypeError):
        task_backend.run(path, ["true"], {})


def test_in_memory_with_nobody_beside_nobody_would_take_it(worker_beside: None) -> None:
    assert not task_backend._nobody_would_take_it()
    current_app.conf.worker_beside = False
    assert task_backend._nobody_would_take_it()
