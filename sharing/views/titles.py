"""A title: what it is, where it can be had, and the one button."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from library_bridge.models import Reader
from personal_catalog import credits, editions, isbn, links, numbers, sentences
from personal_catalog.formats import schema_org
from personal_catalog.formats.card import Card
from personal_catalog.languages import join_names
from personal_catalog.models import Title
from personal_catalog.titles import as_facts
from sharing import areas, journeys, languages, library_items, policies, requests, shown_holdings, waits
from sharing import holding_words as words
from sharing.library_items import OnRecord
from sharing.models import CirculationPolicy, Request
from sharing.shown_holdings import ShownHolding
from sharing.views import answers, exports
from sharing.views.requests import FORM, RequestForm

MOST_JOURNEYS = 5


@dataclass(frozen=True)
class HoldRow:
    hold: ShownHolding
    facts: list[str]
    chip: words.Chip


def hold_rows(held: Iterable[ShownHolding], *, loan_days: int = 0) -> list[HoldRow]:
    return [HoldRow(one, words.facts(one, loan_days=loan_days), words.chip(one)) for one in held]


@require_safe
def title(request: HttpRequest, title_id: int) -> HttpResponse:
    reader = request.user if isinstance(request.user, Reader) else None
    found, isbns, others = _title(title_id, reader)
    if found.merged_into_id:
        return redirect("title", found.merged_into_id)
    return render(
        request,
        "sharing/titles/title.html",
        {**_context(request, found, isbns, reader, timezone.now()), "editions": others},
    )


def _title(title_id: int, reader: Reader | None) -> tuple[Title, list[str], list[Title]]:
    """The title with the reader's own request for it, its ISBNs, and other editions of the work, in one query."""
    mine = Request.objects.live().filter(title=title_id, requester=reader).order_by("-pk").values("pk")[:1]
    rows = list(editions.with_others(title_id).annotate(my_request=Subquery(mine)))
    if not rows or rows[0].pk != title_id:
        raise Http404
    isbns = [number for row in rows if row.pk == title_id and (number := getattr(row, "isbn13", None))]
    others = {row.pk: row for row in rows if row.pk != title_id}
    return rows[0], isbns, list(others.values())[: editions.MOST]


def _context(
    request: HttpRequest, found: Title, isbns: list[str], reader: Reader | None, now: datetime
) -> dict[str, Any]:
    policy = policies.current()
    record = library_items.of_title(found.pk, isbns, now=now)
    held = shown_holdings.of_title(found.pk, record=record, reader=reader, policy=policy, now=now)
    return {
        "nav": "find",
        "title": found,
        "isbns": [isbn.hyphenate(number) for number in isbns],
        "language_names": join_names(languages.name(code) for code in (found.language, *found.languages) if code),
        "call_number": next((one.call_number for one in held if one.call_number), found.clc),
        "holdings": hold_rows(held, loan_days=policy.loan_days),
        "may_hold": any(one.may_hold for one in held),
        "free": sum(1 for one in held if one.free and not one.own),
        "on_shelf": next((one for one in held if one.kind == "library_item" and one.free), None),
        "record": record,
        "said_by": sentences.provenance_of(found),
        "translators": join_names(found.translators),
        **_record(found, isbns),
        "copy_journeys": [one.journey for one in held if one.journey][:MOST_JOURNEYS],
        "journey": [_told(step) for step in journeys.of_title(found.pk, now=now)],
        **_checked(held, record, now),
        **_ask(request, found, held, policy, now),
    }


def _record(found: Title, isbns: list[str]) -> dict[str, Any]:
    """What the card says besides, and the same for machines."""
    card = Card(found.pk, as_facts(found, isbns), f"{settings.BASE_URL}{found.get_absolute_url()}", found.updated_at)
    shown = [numbers.shown(line) for line in found.numbers if line.partition(":")[0] in numbers.KNOWN]
    return {
        "roles": credits.by_role(found.contributors),
        "numbers": shown,
        "formats": [link for line in found.links if (link := links.parsed(line))],
        "take_along": exports.menu("export-title", found.pk),
        "for_machines": schema_org.in_page(card),
    }


def _ask(
    request: HttpRequest, found: Title, held: list[ShownHolding], policy: CirculationPolicy, now: datetime
) -> dict[str, Any]:
    """What stands around the button: who would be asked, how long it takes, until when there is a result."""
    to_ask = [one for one in held if one.may_ask]
    askable = [one for one in held if one.kind != "library_item"]
    return {
        "my_request": getattr(found, "my_request", None),
        "only_own": bool(askable) and all(one.own for one in askable),
        "borrowed": next((one for one in held if one.borrowed), None),
        "handed_on": any(one.own and not one.borrowed for one in held if one.kind == "library_loan"),
        "to_ask": len(to_ask),
        "first_wave": min(policy.wave_size, len(to_ask)),
        "single_asks": len(to_ask) > 1 and not any(one.borrowed for one in held),
        "waits": waits.typical(now=now),
        "result_by": partial(requests.result_by, now, policy),  # asked for where it is shown
        "loan_days": policy.loan_days,
        "form": answers.form_for(request, RequestForm, FORM, initial={"title_id": found.pk}),
    }


def _checked(held: list[ShownHolding], record: OnRecord, now: datetime) -> dict[str, Any]:
    """How old the library's word is: its oldest part counts (I6)."""
    on_record = record.asked_at if any(one.kind == "library_item" for one in held) else None
    asked = [when for when in (*(one.checked_at for one in held), on_record) if when]
    if not asked:
        return {}
    return {"checked_at": min(asked), "checked_minutes": max(0, int((now - min(asked)) / timedelta(minutes=1)))}


def _told(step: journeys.Step) -> dict[str, str]:
    start, end = areas.name(step.start), areas.name(step.end)
    told = (
        _("within %(area)s") % {"area": end}
        if start == end
        else _("%(start)s → %(end)s") % {"start": start, "end": end}
    )
    return {"stamped": written(step.month, pgettext("stamped month", "M Y")).upper(), "words": told}
