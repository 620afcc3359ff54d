import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

django = get_asgi_application()  # first: what is imported below needs the apps

from config.bodies import LimitedBodies  # noqa: E402

application = LimitedBodies(django)

gc.collect()
gc.freeze()  # what is loaded by now stays: it need not be looked through again
