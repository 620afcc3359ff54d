from django import template
from django.utils.translation import npgettext

from incentives.models.leaderboards import Board

register = template.Library()


@register.filter
def unit(count: int, board: str) -> str:
    """What is counted on a list, to stand behind the number."""
    if board == Board.CATALOGUERS:
        return npgettext("unit on a leaderboard", "title", "titles", count)
    return npgettext("unit on a leaderboard", "time", "times", count)
