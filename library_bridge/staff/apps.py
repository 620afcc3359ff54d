from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(WagtailUsersAppConfig):
    """Wagtail's pages of users, as ours are: `library_bridge.staff.accounts`."""

    user_viewset = "library_bridge.staff.accounts.Accounts"
