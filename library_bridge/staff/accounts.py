"""Accounts, as an administrator sees them: those of the staff by name, those of readers by their opaque number only. Who a reader
is, is looked up at the desk or at a lending, where a reason is asked for and stays on record (P5, T-L2)."""

from typing import Any

from django.forms import BoundField
from django.utils.functional import cached_property
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column
from wagtail.admin.views.generic.usage import UsageView
from wagtail.users.forms import UserEditForm
from wagtail.users.views.users import EditView, HistoryView, IndexView, UserViewSet

from library_bridge.models import Reader

OF_A_PERSON = ("email", "first_name", "last_name")


def nameless(account: Reader) -> Reader:
    """To show, not to save."""
    if not account.is_staff:
        account.display_name = account.first_name = account.last_name = ""
    return account


class AccountList(IndexView):
    @cached_property
    def columns(self) -> list[Column]:
        """No boxes to tick: what is done to several accounts at once is switched off."""
        return [column for column in super().columns if not isinstance(column, BulkActionsCheckboxColumn)]

    @cached_property
    def model_fields(self) -> set[str]:
        """By which Wagtail sorts, too: the order would tell what is hidden."""
        fields: set[str] = super().model_fields
        return fields.difference(OF_A_PERSON)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        paginator, page, accounts, has_other_pages = super().paginate_queryset(queryset, page_size)
        return paginator, page, [nameless(account) for account in accounts], has_other_pages


class AccountForm(UserEditForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in () if self.instance.is_staff else OF_A_PERSON:
            del self.fields[name]

    @property
    def account_fields(self) -> list[BoundField]:
        names = ("username", *OF_A_PERSON, "password1", "password2", "is_active")
        return [self[name] for name in names if name in self.fields]


class EditAccount(EditView):
    def get_page_subtitle(self) -> str:
        return _heading(self.object)

    def get_success_message(self) -> str:
        return str(self.success_message % {"object": _heading(self.object)})


class AccountHistory(HistoryView):
    def get_page_subtitle(self) -> str:
        return _heading(self.object)


class AccountUsage(UsageView):
    def get_object(self) -> Reader:
        return nameless(super().get_object())


def _heading(account: Reader) -> str:
    return account.get_full_name() if account.is_staff else account.username


class Accounts(UserViewSet):
    search_fields = ("username",)
    index_view_class = AccountList
    edit_view_class = EditAccount
    history_view_class = AccountHistory
    usage_view_class = AccountUsage
    copy_view_enabled = False
    edit_template_name = "library_bridge/admin/account.html"

    def get_form_class(self, for_update: bool = False) -> type[Any]:
        form: type[Any] = AccountForm if for_update else super().get_form_class(for_update)
        return form
