"""Said at start: which way to sign in was named and can't be offered. The rest of the service runs."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from library_bridge.adapters.options import Misconfigured
from library_bridge.sso import ways


@register()
def single_sign_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [fault for code in ways.OPTIONS if ways.named(code) and (fault := _fault(code))]


def _fault(code: str) -> CheckMessage | None:
    try:
        ways.read(code)
    except Misconfigured as problem:
        return _not_offered(code, problem)
    return None


def _not_offered(code: str, problem: Misconfigured) -> CheckMessage:
    said = f"Single sign-on by {code.upper()} is not offered: {problem}"
    if problem.name == ways.SAML_EXTRA:
        return Warning(said, hint="Install the extra: pip install 'bookrelay[saml]'", id="library_bridge.sso.W002")
    variable = f"SSO_{code.upper()}_{problem.name.upper()}"
    return Warning(
        said, hint=f"Look at {variable} in the environment; docs/operations.md", id="library_bridge.sso.W001"
    )
