from django.urls import path

from library_bridge.sso import views

urlpatterns = [
    path("sso/<slug:code>/", views.leave, name="sso-leave"),
    path("sso/<slug:code>/callback/", views.come_back, name="sso-callback"),
    # allauth and python3-saml look these up by name
    path("sso/saml/<slug:organization_slug>/acs/", views.saml_answer, name="saml_acs"),
    path("sso/saml/<slug:organization_slug>/acs/finish/", views.saml_come_back, name="saml_finish_acs"),
    path("sso/saml/<slug:organization_slug>/metadata/", views.saml_metadata, name="saml_metadata"),
    path("sso/saml/<slug:organization_slug>/sls/", views.saml_sign_out, name="saml_sls"),
]
