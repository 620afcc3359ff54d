"""The API's address, and the routers of all apps behind it."""

from django.urls import path, re_path

from incentives import api as incentives
from sharing import api as sharing
from sharing.api.app import BookrelayAPI, unknown_path

v1 = BookrelayAPI()
for router in (*sharing.routers(), incentives.me, incentives.router):
    v1.add_router("", router)

urlpatterns = [path("v1/", v1.urls), re_path("", unknown_path)]
