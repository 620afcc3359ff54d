import pytest

from library_bridge import registry
from library_bridge.adapters.options import Kind, Misconfigured, Option, read

OPTIONS = (
    Option("host", default=None),
    Option("port", Kind.INTEGER, default=6001),
    Option("timeout", Kind.TIME_OUT, default=5.0),
    Option("tls", Kind.YES_OR_NO, default=False),
    Option("charset", Kind.CHOICE, default="utf-8", choices=("utf-8", "gb18030")),
    Option("password", secret=True),
)


def test_what_is_not_given_has_its_default() -> None:
    assert read(OPTIONS, {"host": "sip.example.org"}) == {
        "host": "sip.example.org", "port": 6001, "timeout": 5.0, "tls": False, "charset": "utf-8", "password": "",
    }  # fmt: skip


def test_text_from_a_command_line_becomes_what_the_option_is() -> None:
    found = read(OPTIONS, {"host": " a ", "port": "6443", "timeout": "0.5", "tls": "Yes", "charset": "gb18030"})
    assert (found["host"], found["port"], found["timeout"], found["tls"]) == ("a", 6443, 0.5, True)


def test_a_secret_may_lie_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIP_PASSWORD", "CANARY")
    assert read(OPTIONS, {"host": "a", "password": "env:SIP_PASSWORD"})["password"] == "CANARY"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "host"),
        ({"host": " "}, "host"),
        ({"host": "a", "port": "many"}, "port"),
        ({"host": "a", "timeout": "0"}, "timeout"),
        ({"host": "a", "timeout": "nan"}, "timeout"),
        ({"host": "a", "timeout": "inf"}, "timeout"),
        ({"host": "a", "timeout": "61"}, "timeout"),
        ({"host": "a", "tls": "perhaps"}, "tls"),
        ({"host": "a", "charset": "morse"}, "charset"),
        ({"host": "a", "password": "env:NOT_THERE"}, "password"),
        ({"host": "a", "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_used_is_named_without_its_value(given: dict[str, object], name: str) -> None:
    with pytest.raises(Misconfigured) as problem:
        read(OPTIONS, given)
    assert problem.value.name == name
    assert "many" not in str(problem.value)


def test_the_embedded_system_tells_its_options() -> None:
    assert [option.name for option in registry.options_of("embedded")] == [
        "check_out_moves",
        "forgot_pin_url",
        "catalogue_url",
    ]
