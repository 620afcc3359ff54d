"""What the library has charged to the reader, as it says itself, at most a quarter of an hour ago."""

from typing import Any

from django.utils import timezone
from ninja import Query

from sharing import library_loans, policies
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.paging import Page, Paging
from sharing.api.schemas import LibraryLoanOut, Moment
from sharing.errors import SharingError
from sharing.library_loans import Age

router = signed_in("library loans")


class LibraryLoanPage(Page[LibraryLoanOut]):
    as_of: Moment | None


@router.get("/me/library-loans", response=LibraryLoanPage, operation_id="listMyLibraryLoans")
def list_my_library_loans(request: Call, paging: Query[Paging]) -> LibraryLoanPage:
    """`as_of` tells how fresh the list is: while the library system is away, the last one is shown with its age."""
    now, policy = timezone.now(), policies.current()
    age = library_loans.age(request.auth)
    if age.is_stale(now=now):
        age = _refreshed(request, age)

    def one(row: Any) -> LibraryLoanOut:
        return serializers.library_loan(row, policy=policy, now=now)

    return LibraryLoanPage.of(request, paging, serializers.library_loans(request.auth), one, as_of=age.as_of)


@router.post("/me/library-loans/{id}/renew", response=LibraryLoanOut, operation_id="renewLibraryLoan")
def renew_library_loan(request: Call, id: str) -> schemas.LibraryLoanOut:
    """The new due date is the library's word."""
    now = timezone.now()
    renewed = library_loans.renew(loan_id=ids.number(id), actor=request.auth, now=now)
    row = serializers.library_loans(request.auth).get(pk=renewed.pk)
    return serializers.library_loan(row, policy=policies.current(), now=now)


def _refreshed(request: Call, age: Age) -> Age:
    try:
        library_loans.glance(reader=request.auth, now=timezone.now())
    except SharingError:
        if age.asked_at is None:
            raise
        return age
    return library_loans.age(request.auth)
