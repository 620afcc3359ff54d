"""The guide that librarians write, the rules as the policy has them, and what is kept of whom."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.models import Locale

from library_bridge import keeping
from sharing import policies, reading_lists, waits
from sharing.models import HomePage


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The root of the guide in the reader's language, else in any; the rules while nobody has written one."""
    roots = HomePage.objects.live().public()
    here = roots.filter(locale=Locale.get_active()).first() or roots.order_by("path").first()
    url = here.get_url(request) if here else None
    return redirect(url or "rules")


@require_safe
def course_lists(request: HttpRequest) -> HttpResponse:
    """The list of course lists in the reader's language, else in any."""
    here = reading_lists.start(Locale.get_active())
    url = here.get_url(request) if here else None
    if not url:
        raise Http404
    return redirect(url)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    policy = policies.current()
    context = {
        "policy": policy,
        "waits": waits.typical(now=timezone.now()),
        "quiet_from": str(policy.quiet_from)[:5],
        "quiet_until": str(policy.quiet_until)[:5],
    }
    return render(request, "sharing/pages/rules.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept stands in the register, from which it is also exported, forgotten and erased."""
    kept = [(topic, keeping.until(topic)) for topic in keeping.topics()]
    return render(request, "sharing/pages/privacy.html", {"kept": kept, "session_days": settings.SESSION_DAYS})
