"""The project. Each of its processes makes many objects that soon go again, few that hold each other in a circle: Python's collector,
which looks for circles alone, looks a hundred times less often than it would by itself (a tenth of a page's time went there)."""

import gc

from config.celery import app as celery_app

gc.set_threshold(70_000, 20, 100)

__all__ = ("celery_app",)
