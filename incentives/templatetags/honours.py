from django import template

from incentives import winners
from incentives.models import HonoursPage
from incentives.winners import Podium

register = template.Library()


@register.simple_tag
def podiums_of(page: HonoursPage) -> list[Podium]:
    return winners.honoured(page.ended)
