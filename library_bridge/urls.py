from django.urls import path

from library_bridge import metrics, views
from library_bridge.sso import urls as sso_urls

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/demo/", views.demo_sign_in, name="demo-sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("metrics", metrics.page, name="metrics"),
    *sso_urls.urlpatterns,
]
