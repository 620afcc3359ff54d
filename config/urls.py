from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, reverse_lazy
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView
from django.views.i18n import set_language
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.views.account import LogoutView
from wagtail.documents import urls as wagtaildocs_urls

# Wagtail's doors in the public pages count no failures (T-A2): these stand before them and lead to ours
our_door = RedirectView.as_view(url=reverse_lazy("sign-in"), query_string=True)
instead_of_wagtails = [
    path("_util/login/", our_door),
    path("_util/authenticate_with_password/<int:restriction>/<int:page>/", our_door),
]

urlpatterns = [
    path("admin/logout/", require_POST(LogoutView.as_view())),  # Wagtail's says 405 to a GET after it has acted (T-R9)
    path("admin/", include(wagtailadmin_urls)),
    path("documents/authenticate_with_password/<int:restriction>/", our_door),
    path("documents/", include(wagtaildocs_urls)),
    path("api/", include("config.api")),
    path("language/", set_language, name="set-language"),
    path("", include("library_bridge.urls")),
    path("", include("personal_catalog.urls")),
    path("", include("sharing.urls")),
    path("", include("incentives.urls")),
    *i18n_patterns(*instead_of_wagtails, path("", include(wagtail_urls))),
]
