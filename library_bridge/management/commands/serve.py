"""The whole service in one process: web pages, API, live updates, and Celery's worker and scheduler beside them.

The embedded profile's answer to "no other service". The broker lives in memory, so everything starts and dies together;
what was not done stands in rows, and the scheduler's first round finds it. Several processes: see docs/operations.md.
"""

import logging
import os
import threading
import warnings
from argparse import ArgumentParser
from typing import Any

import uvicorn
from celery import current_app
from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.conf import settings
from django.core.management.base import BaseCommand

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        server = uvicorn.Server(config(host, port))
        # whitenoise hands files over synchronously; Django says so once and serves them all the same
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
        jobs = JobsBeside()
        jobs.start()
        self.stdout.write(f"Bookrelay · 书递  http://{host}:{port}   (Ctrl-C stops everything)")
        try:
            server.run()
        except KeyboardInterrupt:  # uvicorn has shut down in order and passes the signal on
            self.stdout.write("stopped")
        finally:
            jobs.stop()


def config(host: str, port: int) -> uvicorn.Config:
    """Left alone, uvicorn would believe whatever address a visitor from this machine claims to have (T-R17)."""
    proxies = settings.TRUSTED_PROXIES
    return uvicorn.Config(
        "config.asgi:application", host=host, port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1,
        server_header=False, proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
    )  # fmt: skip


class JobsBeside:
    """Celery's worker on a pool of threads and its scheduler, in two daemon threads of this process."""

    def start(self) -> None:
        self.worker = WorkController(
            app=current_app,
            pool="threads",
            concurrency=4,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            loglevel="WARNING",
        )
        self.scheduler = EmbeddedService(current_app, thread=True, scheduler_cls=current_app.conf.beat_scheduler)
        current_app.conf.worker_beside = True  # config/task_backend.py sends its jobs here from now on
        threading.Thread(target=self.worker.start, name="celery worker", daemon=True).start()
        self.scheduler.start()
        for entry in current_app.conf.beat_schedule.values():  # what fell due while nobody served
            current_app.send_task(entry["task"])

    def stop(self) -> None:
        self.scheduler.stop()
        self.worker.stop()
