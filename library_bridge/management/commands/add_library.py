"""Connect a library, or change how it is connected: the same code again changes only what is named.

Settings are given as --set NAME=VALUE; a VALUE of the form env:VARIABLE is kept as written and read from the environment
whenever it is used, so that no secret has to stand in the database or on a command line. --explain lists the settings of
an adapter. Exit code 2, and nothing saved, when something can't be used.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations

from library_bridge import libraries, registry
from library_bridge.adapters.options import Misconfigured, Option
from library_bridge.models import Library

MISUSED = 2


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="short, in letters, digits and hyphens")
        parser.add_argument("--adapter", choices=Library.Adapter.values, help="needed for a new library")
        parser.add_argument("--name", help="as its readers know it; needed for a new library")
        parser.add_argument("--name-en", help="its English name; else the same")
        parser.add_argument("--time-zone", metavar="ZONE", help="e.g. Asia/Shanghai, which is the default")
        parser.add_argument("--active", choices=["yes", "no"], help="whether readers may use it")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the adapter")
        parser.add_argument("--unset", action="append", default=[], metavar="NAME", help="back to its default")
        parser.add_argument("--explain", action="store_true", help="list the settings of the adapter and save nothing")

    @no_translations
    def handle(self, *args: Any, code: str, **options: Any) -> None:
        library = Library.objects.filter(code=code).first() or Library(code=code)
        adapter = options["adapter"] or (library.adapter if library.pk else "")
        if not adapter:
            raise CommandError(f"There is no library {code} yet: name its --adapter.", returncode=MISUSED)
        if options["explain"]:
            self.stdout.write("\n".join(map(_explained, registry.options_of(adapter))))
            return
        is_new = library.pk is None
        try:
            _fill(library, adapter, options)
        except Misconfigured as problem:
            raise CommandError(f"Nothing was saved. {problem}", returncode=MISUSED) from problem
        except ValidationError as problem:
            raise CommandError(f"Nothing was saved. {_in_one_line(problem)}", returncode=MISUSED) from problem
        library.save()
        self.stdout.write(f"library {library.code} {'added' if is_new else 'changed'}: {library.adapter}")
        for option in registry.options_of(adapter):
            if option.name in library.settings:
                self.stdout.write(f"  {option.name} = {libraries.shown(option, library.settings[option.name])}")


def _fill(library: Library, adapter: str, options: dict[str, Any]) -> None:
    """Raises Misconfigured and ValidationError."""
    changes = dict(_setting(text) for text in options["set"])
    libraries.configure(library, adapter=adapter, changes=changes, dropped=options["unset"])
    library.name_zh = options["name"] or library.name_zh
    library.name_en = options["name_en"] or library.name_en or library.name_zh
    library.time_zone = options["time_zone"] or library.time_zone
    library.is_active = options["active"] == "yes" if options["active"] else library.is_active
    library.full_clean()


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:  # a value without its name may be a secret: not repeated
        raise Misconfigured("--set", "is given as NAME=VALUE")
    return name.strip(), value


def _in_one_line(problem: ValidationError) -> str:
    argument = {"name_zh": "--name", "name_en": "--name-en", "time_zone": "--time-zone", "code": "CODE"}
    return " ".join(f"{argument.get(name, name)}: {' '.join(said)}" for name, said in problem.message_dict.items())


def _explained(option: Option) -> str:
    choices = f": {', '.join(option.choices)}" if option.choices else ""
    secret = ", secret" if option.secret else ""
    return f"{option.name}  ({option.kind}{choices}; {_default(option)}{secret})\n    {option.help}"


def _default(option: Option) -> str:
    if option.default is None:
        return "must be set"
    if isinstance(option.default, bool):
        return f"default {'yes' if option.default else 'no'}"
    return "optional" if option.default == "" else f"default {option.default}"
