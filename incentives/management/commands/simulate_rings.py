"""A made-up campus in which a few readers collude: how much of their points is held, and how many honest readers are touched.

The campus and its assumptions stand in incentives/farming/population.py; the points and caps are those of the rule in force, or,
where the database has no tables yet, those with which a new service begins.
"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import Min
from django.utils import timezone

from incentives import rewards
from incentives.farming import population, simulation
from incentives.farming.simulation import Pay
from incentives.models import Rule, RuleVersion

USUAL_PRICE = 25
"""Of the cheapest reward, where none is on offer yet."""


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--readers", type=int, default=1000)
        parser.add_argument("--days", type=int, default=120)
        parser.add_argument("--colluding", type=float, default=0.05, help="their share of the readers")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, seed: int, readers: int, days: int, colluding: float, **options: Any) -> None:
        made = population.make(readers=readers, days=days, colluding=colluding, seed=seed)
        found = {"seed": seed, "days": days, **asdict(simulation.run(made, readers=readers, pay=_pay()))}
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, value in found.items():
            limit = {"ring_points_held_share": "   (at least 0.9)", "honest_readers_touched_share": "   (at most 0.01)"}
            self.stdout.write(f"{name:<32}{value:>10}{limit.get(name, '')}")


def _pay() -> Pay:
    terms, price = _in_force() if Rule._meta.db_table in connection.introspection.table_names() else (_first(), None)
    return Pay(
        points=terms.points, waiting_days=terms.waiting_days, pair_cap=terms.pair_cap, cap_days=terms.cap_days,
        min_hours_out=terms.min_hours_out, cheapest_reward=price or USUAL_PRICE,
    )  # fmt: skip


def _in_force() -> tuple[RuleVersion, int | None]:
    """With the price of the cheapest reward."""
    rule = Rule.objects.get(code=Rule.Code.LENDING_COMPLETED)
    prices = rewards.on_offer(now=timezone.now()).aggregate(lowest=Min("price"))
    return rule.terms_at(timezone.now()) or rule.versions.latest("number"), prices["lowest"]


def _first() -> RuleVersion:
    first = import_module("incentives.migrations.0003_first_rules").RULES
    (terms,) = (terms for facts, terms in first if facts["code"] == Rule.Code.LENDING_COMPLETED)
    return RuleVersion(**terms)
