"""Parts of the curators' form that only tell."""

from typing import Any

from wagtail.admin.panels import Panel

from personal_catalog import sentences


class ProvenancePanel(Panel):
    """Who said what."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "personal_catalog/admin/provenance.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk) and bool(sentences.provenance_of(self.instance))

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            return {**super().get_context_data(parent_context), "said_by": sentences.provenance_of(self.instance)}
