"""Rows of the library's that somebody still needs are not deleted; the page says by what they are used."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import PROTECT, SET_NULL, Model, ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.generic import DeleteView
from wagtail.permission_policies import ModelPermissionPolicy

from library_bridge.models import CirculationRule, EmbeddedHold, EmbeddedLoan, EmbeddedPatron, Patron
from library_bridge.staff.seeing import visible_to_staff

Use = tuple[str, int]


class NeverDeleted(ModelPermissionPolicy):
    """Whatever the group allows: history hangs on it, so it is switched off or left unused."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


class DeleteUnused(DeleteView):
    template_name = "library_bridge/admin/confirm_delete.html"

    @cached_property
    def uses(self) -> list[Use]:
        return [*uses_by_key(self.object), *USES_WITHOUT_KEY.get(type(self.object), _none)(self.object)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "uses": self.uses}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.uses:
            try:
                answer: HttpResponse = super().post(request, *args, **kwargs)
            except ProtectedError:  # used since a moment ago
                pass
            else:
                return answer
        messages.error(request, _("“%(name)s” is in use, so it was not deleted.") % {"name": self.object})
        return HttpResponseRedirect(self.get_delete_url())


class DeleteSeen(DeleteUnused):
    def get_queryset(self) -> QuerySet[Any]:
        return visible_to_staff(super().get_queryset(), self.request.user)


def uses_by_key(row: Model) -> Iterator[Use]:
    """What would stop the deletion, and what would silently lose its value by it."""
    for relation in row._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) not in (PROTECT, SET_NULL) or relation.concrete:
            continue
        field: Any = relation.remote_field
        count = field.model._base_manager.filter(**{field.name: row}).count()
        if count:
            yield capfirst(str(field.model._meta.verbose_name_plural)), count


def _loans_under(rule: CirculationRule) -> Iterator[Use]:
    loans = EmbeddedLoan.objects.filter(returned_at=None, item__item_type=rule.item_type)
    if count := loans.filter(patron__category=rule.category).count():
        yield _("Open loans under this rule"), count


def _waiting(hold: EmbeddedHold) -> Iterator[Use]:
    if hold.cancelled_at is None and hold.collected_at is None:
        yield _("Patron who waits: cancel the hold instead"), 1


def _accounts(card: EmbeddedPatron) -> Iterator[Use]:
    if count := Patron.objects.filter(library=card.library_id, card_number__iexact=card.card_number).count():
        yield _("Accounts with this card: block the card instead"), count


def _none(row: Model) -> Iterator[Use]:
    yield from ()


USES_WITHOUT_KEY: dict[type[Model], Callable[[Any], Iterator[Use]]] = {
    CirculationRule: _loans_under,
    EmbeddedHold: _waiting,
    EmbeddedPatron: _accounts,
}
