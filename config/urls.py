from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.i18n import set_language
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/", include("config.api")),
    path("language/", set_language, name="set-language"),
    path("", include("library_bridge.urls")),
    path("", include("personal_catalog.urls")),
    path("", include("sharing.urls")),
    path("", include("incentives.urls")),
    *i18n_patterns(path("", include(wagtail_urls))),
]
