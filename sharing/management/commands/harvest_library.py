"""Bring a library's bibliographic records into the catalogue: from a MARC file, an OAI-PMH repository, or the library system.

Again it takes only what is new; after a crash it goes on where it was.
"""

import codecs
import json
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from library_bridge.adapters.options import Misconfigured
from library_bridge.models import Library
from library_bridge.records.marc_file import MarcFile
from sharing import harvests
from sharing.models import Harvest

FIGURES = ("records", "created", "matched", "changed", "unchanged", "deleted", "broken")


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the library's code")
        parser.add_argument("--file", type=Path, help="MARC 21 or CNMARC, ISO 2709 or MARCXML, may be gzipped")
        parser.add_argument(
            "--encoding", default="", help="of the file, where it does not tell: gb18030, big5, marc-8 …"
        )
        parser.add_argument("--complete", action="store_true", help="the file holds all records: others are gone")
        parser.add_argument("--oai", metavar="URL", help="address of a repository, kept for every night; '' forgets it")
        parser.add_argument("--prefix", metavar="FORMAT", help="its metadata format; default: the MARC that it has")
        parser.add_argument("--set", metavar="SET", help="only this set of it")
        parser.add_argument("--anew", action="store_true", help="from the beginning, whatever is known")
        parser.add_argument("--json", action="store_true", help="one JSON object as the answer")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        library = Library.objects.filter(code=code).first()
        if library is None:
            raise CommandError(f"There is no library {code!r}; there are: {', '.join(_codes()) or 'none'}.")
        _keep_repository(library, options)
        started = perf_counter()
        row = self._harvest(library, options)
        found = _answer(row, perf_counter() - started)
        self.stdout.write(json.dumps(found, ensure_ascii=False) if options["json"] else _in_words(found))
        if row.failure:
            raise CommandError(f"It stopped: {row.failure}. Call it again and it goes on from there.", returncode=2)

    def _harvest(self, library: Library, options: dict[str, Any]) -> Harvest:
        try:
            source = _file(options) if options["file"] else None
            return harvests.harvest_library(library, source=source, anew=options["anew"], now=timezone.now())
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror or problem}.") from None
        except LookupError:
            raise CommandError(f"There is no character set {options['encoding']!r}.") from None
        except Misconfigured as problem:
            raise CommandError(f"The settings of the library can't be used: {problem}.") from None
        except harvests.HarvestRunning as running:
            until = timezone.localtime(running.until).strftime("%H:%M")
            raise CommandError(f"A harvest of it is under way; if that has died, try again at {until}.") from None
        except harvests.NothingToHarvest:
            raise CommandError("Its library system lists no records: give --file or --oai.") from None


def _codes() -> list[str]:
    return list(Library.objects.values_list("code", flat=True))


def _keep_repository(library: Library, options: dict[str, Any]) -> None:
    given = {
        name: options[option]
        for name, option in (("oai_url", "oai"), ("oai_prefix", "prefix"), ("oai_set", "set"))
        if options[option] is not None
    }
    if not given:
        return
    row, _made = Harvest.objects.get_or_create(
        library=library, defaults={"next_at": harvests.next_night(library, timezone.now())}
    )
    if any(getattr(row, name) != value for name, value in given.items()):
        Harvest.objects.filter(pk=row.pk).update(**given, since="", until="", place="", key="")


def _file(options: dict[str, Any]) -> MarcFile:
    if options["encoding"] not in ("", "marc-8"):
        codecs.lookup(options["encoding"])
    return MarcFile(options["file"], encoding=options["encoding"], complete=options["complete"])


def _answer(row: Harvest, seconds: float) -> dict[str, Any]:
    return {
        "ok": not row.failure,
        "library": row.library.code,
        "source": row.source,
        **{name: row.figures.get(name, 0) for name in FIGURES},
        "seconds": round(seconds, 2),
        "problems": row.problems,
        "failure": row.failure,
    }


def _in_words(found: dict[str, Any]) -> str:
    lines = [f"{found['library']}: " + ", ".join(f"{found[name]} {name}" for name in FIGURES)]
    for problem in found["problems"]:
        name = f" ({problem['name']})" if problem["name"] else ""
        lines.append(f"record {problem['record']}{name}: {problem['reason']}; {problem['mend']}")
    return "\n".join(lines)
