"""What all lists of this app in the admin have in common."""

from wagtail.admin.viewsets.model import ModelViewSet

from library_bridge.staff.deleting import DeleteUnused
from library_bridge.staff.seeing import ListedIndex


class Listing(ModelViewSet):
    """No page of the CMS refers to these rows, so its index of references need not follow every change of a loan."""

    add_to_reference_index = False
    delete_view_class = DeleteUnused
    index_view_class = ListedIndex
