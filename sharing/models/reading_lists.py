"""Course lists: pages that librarians make, with the titles of the shared catalogue in them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultipleChooserPanel
from wagtail.models import Orderable, Page

from personal_catalog.models import Title


class ReadingListsPage(Page):
    """The list of lists in one language."""

    lead = models.CharField(_("lead"), max_length=300, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    parent_page_types = ["sharing.HomePage"]
    subpage_types = ["sharing.ReadingListPage"]
    max_count_per_parent = 1
    template = "sharing/reading_lists/all.html"

    class Meta:
        verbose_name = _("list of course lists")


class ReadingListPage(Page):
    """The books of one course. Its title is the name of the course."""

    course_number = models.CharField(_("course number"), max_length=40, blank=True)
    term = models.CharField(_("term"), max_length=60, blank=True, help_text=_("As readers call it, e.g. autumn 2026."))
    offered_by = models.CharField(_("offered by"), max_length=120, blank=True, help_text=_("School or department."))
    lead = models.CharField(_("lead"), max_length=300, blank=True)

    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("course_number"), FieldPanel("term")]),
        FieldPanel("offered_by"),
        FieldPanel("lead"),
        MultipleChooserPanel("entries", chooser_field_name="title", label=_("book"), heading=_("Books")),
    ]
    parent_page_types = ["sharing.ReadingListsPage"]
    subpage_types: list[str] = []
    template = "sharing/reading_lists/list.html"

    class Meta:
        verbose_name = _("course list")
        verbose_name_plural = _("course lists")


class ReadingListEntry(Orderable):
    page = ParentalKey(ReadingListPage, on_delete=models.CASCADE, related_name="entries")
    title = models.ForeignKey(Title, models.PROTECT, related_name="+", verbose_name=_("title"))
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("E.g. chapters 1 to 6, or required."))

    panels = [FieldPanel("title"), FieldPanel("note")]

    class Meta(Orderable.Meta):
        constraints = (models.UniqueConstraint(fields=("page", "title"), name="once_on_a_reading_list"),)

    def __str__(self) -> str:
        return str(self.title)


class ReadingListImport(models.Model):
    """A course list that came as numbers: what each line was, for the report."""

    page = models.ForeignKey(ReadingListPage, models.CASCADE, related_name="imports")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField()
    lines = models.JSONField(help_text=_("Number, words as they came, ISBN, problem."))

    class Meta:
        ordering = ("-imported_at", "-pk")

    def __str__(self) -> str:
        return f"{self.page} {self.imported_at:%Y-%m-%d %H:%M}"
