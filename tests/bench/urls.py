"""The service's addresses and two views that say nothing: what a page costs is told beside what Django alone costs, and beside
what the frame costs that is round every page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as served


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def framed(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [path("empty/", empty), path("framed/", framed), *served]
