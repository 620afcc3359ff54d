"""What librarians write: guide, rules and news, in both languages through Wagtail's locales."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page


class HomePage(Page):
    """The root of one language's pages; readers see the service's own home page instead. Which pages may stand under it, they
    say themselves: an app above has its own."""

    parent_page_types = ["wagtailcore.Page"]
    max_count_per_parent = 2
    template = "sharing/pages/guide_index.html"

    class Meta:
        verbose_name = _("root of the pages")


class GuidePage(Page):
    """A page of the guide: a lead and paragraphs under headings."""

    lead = models.CharField(_("lead"), max_length=300, blank=True)
    body = StreamField(
        [
            ("heading", blocks.CharBlock(label=_("Heading"), max_length=120)),
            ("text", blocks.RichTextBlock(label=_("Text"), features=["bold", "link", "ol", "ul", "document-link"])),
            ("steps", blocks.ListBlock(blocks.CharBlock(max_length=300), label=_("Steps"))),
        ],
        verbose_name=_("body"),
        blank=True,
    )

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    parent_page_types = ["sharing.HomePage"]
    subpage_types: list[str] = []
    template = "sharing/pages/guide.html"

    class Meta:
        verbose_name = _("guide page")
