"""The date-due slip of a lending: what happened, what is next, what comes then. One query."""

from django.utils.translation import gettext as _

from sharing.scenes import Scene
from sharing.slips.ahead import ahead
from sharing.slips.past import past
from sharing.slips.row import Row


def rows(scene: Scene) -> list[Row]:
    return [_placed(scene), *past(scene), *ahead(scene)]


def _placed(scene: Scene) -> Row:
    at = scene.lending.request.placed_at
    if scene.gives:
        return Row(scene.say(_("%(name)s asked for it")), _("You were asked"), at)
    return Row(_("You asked for it"), at=at)
