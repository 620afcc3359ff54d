"""What becomes of the requests of a made-up campus under the old service's policy, under this one's, and with one part of it
taken away: the service's own functions and scheduler, readers who answer late or never.

Each policy is played in a process and a throw-away database of its own. The assumptions are in sharing/simulation.
"""

import json
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sharing.simulation import workers
from sharing.simulation.assumptions import LEFT_OUT, Assumptions
from sharing.simulation.play import play
from sharing.simulation.rules import POLICIES, USUAL


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--readers", type=int, default=2000)
        parser.add_argument("--days", type=int, default=180)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--requests", type=int, help="of each policy; without it as many a reader as in the study")
        parser.add_argument("--policy", choices=POLICIES, action="append", help="only this one; may be repeated")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--here", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        assume = Assumptions()
        sizes = {name: options[name] for name in ("readers", "days", "seed")}
        sizes["requests"] = options["requests"] or round(sizes["readers"] * assume.requests_per_reader)
        chosen = options["policy"] or USUAL
        if options["here"]:
            if not workers.is_thrown_away(str(settings.DATABASES["default"]["NAME"])):
                raise CommandError("--here is for the processes that this command starts itself.")
            workers.spare_no_crash()
            self.stdout.write(json.dumps(play(POLICIES[chosen[0]], assume=assume, **sizes)))
            return
        found = {
            "policies": workers.play_each(chosen, **sizes),
            "assumptions": {**assume.told(), "left_out": LEFT_OUT, **sizes},
        }
        self.stdout.write(json.dumps(found, ensure_ascii=False) if options["json"] else "\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> list[str]:
    figures = list(next(iter(found["policies"].values())))
    width = max(map(len, found["policies"]))
    lines = [f"{'':<{width}}" + "".join(f"  {name}" for name in figures)]
    for policy, values in found["policies"].items():
        lines.append(f"{policy:<{width}}" + "".join(f"  {values[name]:>{len(name)}}" for name in figures))
    lines += ["", "Assumptions:"]
    for name, told in found["assumptions"].items():
        lines.append(f"  {name}: {told['value']} ({told['source']})" if isinstance(told, dict) else f"  {name}: {told}")
    return lines
