"""Celery. In the embedded profile worker and scheduler live in the web process (`manage.py serve`); in the server
profile they are processes of their own on Redis or RabbitMQ. Either way a job is only a reminder: what has to be done
stands in rows with a deadline, and `act_on_due` finds whatever the broker lost."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("bookrelay")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
