"""A library is connected from a shell or in the admin, by the same settings and under the same checks."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from library_bridge import registry
from library_bridge.models import Library, Reader
from tests.library_bridge import adapter_double

pytestmark = pytest.mark.django_db

NEW = ("main", "--adapter", "sip2", "--name", "总馆")


@pytest.fixture(autouse=True)
def _double(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter_double.put_in_place_of("sip2", monkeypatch)


def add(*arguments: str) -> str:
    out = StringIO()
    call_command("add_library", *arguments, stdout=out)
    return out.getvalue()


def test_a_library_is_added_with_its_settings() -> None:
    add(
        *NEW,
        "--name-en",
        "Main Library",
        "--time-zone",
        "Asia/Urumqi",
        "--set",
        "host=sip.example.org",
        "--set",
        "port=6443",
    )
    library = Library.objects.get(code="main")
    assert (library.name_zh, library.name_en, library.adapter) == ("总馆", "Main Library", "sip2")
    assert (library.zone.key, library.is_active) == ("Asia/Urumqi", True)
    assert library.settings == {"host": "sip.example.org", "port": "6443"}


def test_the_same_again_changes_nothing() -> None:
    first = (*NEW, "--set", "host=a", "--set", "tls=yes")
    assert "added" in add(*first)
    before = Library.objects.values().get()
    assert "changed" in add(*first)
    assert Library.objects.values().get() == before


def test_only_what_is_named_changes() -> None:
    add(*NEW, "--set", "host=a", "--set", "tls=yes", "--set", "port=6443")
    add("main", "--set", "host=b", "--unset", "port", "--active", "no")
    library = Library.objects.get()
    assert library.settings == {"host": "b", "tls": "yes"}
    assert (library.name_zh, library.is_active) == ("总馆", False)


def test_settings_of_another_adapter_go_with_it() -> None:
    add(*NEW, "--set", "host=a", "--set", "forgot_pin_url=https://library.example.org/pin")
    add("main", "--adapter", "embedded")
    assert Library.objects.get().settings == {"forgot_pin_url": "https://library.example.org/pin"}


def test_a_value_of_the_environment_is_kept_as_written_and_read_at_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIP_PASSWORD", "CANARY-1")
    said = add(*NEW, "--set", "host=a", "--set", "login=x", "--set", "password=env:SIP_PASSWORD")
    assert Library.objects.get().settings["password"] == "env:SIP_PASSWORD"
    assert "env:SIP_PASSWORD" in said
    monkeypatch.delenv("SIP_PASSWORD")
    problem = registry.problem_of(Library.objects.get())
    assert problem is not None
    assert str(problem) == "password: the environment has no SIP_PASSWORD"


def test_k12_a_secret_is_not_repeated() -> None:
    said = add(*NEW, "--set", "host=a", "--set", "login=x", "--set", "password=CANARY-2")
    assert "CANARY-2" not in said
    assert "password = (set)" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*NEW,), "host: must be set"),
        ((*NEW, "--set", "host=a", "--set", "port=CANARY-3"), "port: must be a whole number"),
        ((*NEW, "--set", "host=a", "--set", "timeout=0"), "timeout: must be a number of seconds above 0"),
        ((*NEW, "--set", "host=a", "--set", "when_out=CANARY-3"), "when_out: must be one of unknown, refuse, moves"),
        ((*NEW, "--set", "host=a", "--set", "colour=red"), "colour: no such setting; there are"),
        ((*NEW, "--set", "host=a", "--set", "login=x"), "password: is needed with a login"),
        ((*NEW, "--set", "host=a", "--set", "CANARY-3"), "--set: is given as NAME=VALUE"),
        ((*NEW, "--set", "host=a", "--time-zone", "Mars/Olympus"), "--time-zone: There is no such time zone."),
        (("main", "--adapter", "sip2", "--set", "host=a"), "--name: This field cannot be blank."),
        (("ma in", *NEW[1:], "--set", "host=a"), "CODE: "),
        (("main", "--name", "总馆"), "name its --adapter"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_saved(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError) as problem:
        add(*arguments)
    assert says in str(problem.value)
    assert "CANARY-3" not in str(problem.value)
    assert problem.value.returncode == 2
    assert not Library.objects.exists()


def test_a_wrong_change_leaves_the_library_as_it_was() -> None:
    add(*NEW, "--set", "host=a")
    with pytest.raises(CommandError):
        add("main", "--name", "别馆", "--set", "port=x")
    library = Library.objects.get()
    assert (library.name_zh, library.settings) == ("总馆", {"host": "a"})


def test_the_settings_of_an_adapter_are_explained() -> None:
    said = add("main", "--adapter", "sip2", "--explain")
    assert "host  (text; must be set)\n    Name or address of the server." in said
    assert "when_out  (choice: unknown, refuse, moves; default unknown)" in said
    assert "tls  (yes or no; default no)" in said
    assert not Library.objects.exists()


# the same in the admin


@pytest.fixture
def lin(client: Client) -> Reader:
    made = Reader.objects.create(username="lin", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


@pytest.fixture
def library() -> Library:
    return Library.objects.create(
        code="main", name_zh="总馆", name_en="Main", adapter="sip2",
        settings={"host": "a", "port": 6443, "tls": True, "login": "x", "password": "CANARY-4"},
    )  # fmt: skip


def posted(**fields: str) -> dict[str, str]:
    return {
        "code": "main", "name_zh": "总馆", "name_en": "Main", "adapter": "sip2", "settings_of": "sip2",
        "time_zone": "Asia/Shanghai", "is_active": "on", **fields,
    }  # fmt: skip


def edit_url(library: Library) -> str:
    return reverse("libraries:edit", args=[library.pk])


def test_k12_the_form_shows_every_setting_but_no_secret(client: Client, lin: Reader, library: Library) -> None:
    page = client.get(edit_url(library), headers={"accept-language": "en"}).content.decode()
    assert "CANARY-4" not in page
    assert "Name or address of the server." in page
    assert 'value="6443"' in page
    assert "It is set. Empty: it stays as it is." in page


def test_a_secret_left_empty_is_kept(client: Client, lin: Reader, library: Library) -> None:
    answer = client.post(edit_url(library), posted(set_host="b", set_tls="no", set_login="x"))
    assert answer.status_code == 302
    library.refresh_from_db()
    assert library.settings == {"host": "b", "tls": "no", "login": "x", "password": "CANARY-4"}


def test_a_new_secret_replaces_the_old(
    client: Client, lin: Reader, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIP_PASSWORD", "CANARY-5")
    client.post(edit_url(library), posted(set_host="b", set_login="x", set_password="env:SIP_PASSWORD"))
    library.refresh_from_db()
    assert library.settings["password"] == "env:SIP_PASSWORD"
    page = client.get(edit_url(library), headers={"accept-language": "en"}).content.decode()
    assert "Now read from the environment: env:SIP_PASSWORD" in page
    assert "CANARY-5" not in page


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"set_host": ""}, "set_host", "Please fill this in."),
        ({"set_host": "a", "set_port": "x"}, "set_port", "Type a whole number."),
        ({"set_host": "a", "set_timeout": "-1"}, "set_timeout", "Type a number of seconds above 0, at most 60."),
        ({"set_host": "a", "set_port": "env:NOT_THERE"}, "set_port", "The environment of the service has no such variable."),
        ({"set_host": "a", "set_login": "x"}, "set_password", "is needed with a login"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_at_its_field(
    client: Client, lin: Reader, fields: dict[str, str], field: str, says: str
) -> None:
    answer = client.post(reverse("libraries:add"), posted(**fields), headers={"accept-language": "en"})
    assert says in str(answer.context["form"].errors[field])
    assert not Library.objects.exists()


def test_whoever_chooses_another_system_is_shown_its_settings_first(client: Client, lin: Reader) -> None:
    first = client.post(reverse("libraries:add"), posted(settings_of="embedded"), headers={"accept-language": "en"})
    form = first.context["form"]
    assert "Fill in the settings" in str(form.non_field_errors())
    assert list(form.errors) == ["__all__"]
    assert 'name="set_host"' in first.content.decode()
    assert 'name="settings_of" value="sip2"' in first.content.decode()
    assert client.post(reverse("libraries:add"), posted(set_host="a")).status_code == 302
    assert Library.objects.get().settings == {"host": "a"}


def test_a_library_whose_settings_cannot_be_used_can_be_put_right(
    client: Client, lin: Reader, library: Library
) -> None:
    Library.objects.update(settings={"host": "a", "colour": "red", "port": "many"})
    assert client.get(edit_url(library)).status_code == 200
    assert client.post(edit_url(library), posted(set_host="a", set_port="")).status_code == 302
    library.refresh_from_db()
    assert library.settings == {"host": "a"}
