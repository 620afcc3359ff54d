"""Tags that stand round a part of a template."""

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.urls import get_script_prefix
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


class CaptureNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> SafeString:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())
        return mark_safe("")


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """{% capture back %}{% block back %}{% endblock %}{% endcapture %}: a block whose emptiness can be asked."""
    name = token.split_contents()[1]
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, name)


class SameNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.kept: dict[tuple[str | None, str], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = (get_language(), get_script_prefix())
        if key not in self.kept:
            self.kept[key] = self.nodelist.render(context.new({}))
        return self.kept[key]


@register.tag
def same(parser: Parser, _token: Token) -> SameNode:
    """{% same %}…{% endsame %}: what says the same on every page to everybody, made once in each language. It knows no
    variable of the page, so nothing of a reader can get into it."""
    nodelist = parser.parse(("endsame",))
    parser.delete_first_token()
    return SameNode(nodelist)
