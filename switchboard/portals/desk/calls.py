"""The call screen: find who is on the line by two things they know, and say why their record is opened."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from switchboard.members.queries import Asked, TooLittleSaid, find_members, listed_by, viewer_of
from switchboard.platform.audit import relate
from switchboard.platform.clock import today
from switchboard.platform.doors import for_roles
from switchboard.portals.desk.frame import CALLS, page

CALL_MINUTES = 60
REASONS = (
    "The member is on the phone",
    "I am calling the member back",
    "Somebody who may act for them is on the phone",
    "A practitioner's office is on the phone",
    "A clock is running out",
)


class FindForm(forms.Form):
    """Four things a caller may know; two are needed."""

    member_number = forms.CharField(
        label="Member number", required=False, max_length=40, help_text="On their card"
    )
    birth_date = forms.DateField(
        label="Date of birth",
        required=False,
        input_formats=["%m/%d/%Y", "%m-%d-%Y", "%m%d%Y", "%Y-%m-%d"],
        help_text="Month, day, year: 03/12/1992",
        error_messages={"invalid": "Write it as month, day, year: 03/12/1992."},
    )
    phone = forms.CharField(label="Phone number", required=False, max_length=40, help_text="With area code")
    name = forms.CharField(
        label="Name", required=False, max_length=120, help_text="The beginning of first or last name will do"
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for bound in self.fields.values():
            bound.widget.attrs["autocomplete"] = "off"
        self.fields["member_number"].widget.attrs["autofocus"] = True
        self.fields["birth_date"].widget.attrs["inputmode"] = "numeric"

    def clean_birth_date(self) -> Any:
        """Refuse a day to come."""
        born = self.cleaned_data["birth_date"]
        if born is not None and born > today():
            raise forms.ValidationError("That day is still to come: check the year.")
        return born


@for_roles(*CALLS)
def find(request: HttpRequest) -> HttpResponse:
    """Find a member. What is typed travels in the body, never in the address."""
    form = FindForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = find_members(viewer=viewer_of(request), asked=Asked(**form.cleaned_data))
        except TooLittleSaid as said:
            form.add_error(None, str(said))
    if found is not None and len(found) == 1:
        return redirect("desk_why", member=found[0].public_id)
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "desk/find.html", {"form": form, "found": found}, here="find", status=status)


@for_roles(*CALLS)
def why(request: HttpRequest, member: UUID) -> HttpResponse:
    """Ask why a record is opened; the answer is written down and opens it for an hour."""
    person = listed_by(public_id=member)
    if person is None:
        raise Http404("There is no such member.")
    reason = request.POST.get("other", "").strip() or request.POST.get("reason", "").strip()
    if request.method == "POST" and reason:
        relate(
            viewer=viewer_of(request), member_id=person.member_id, kind="call", reason=reason[:200],
            minutes=CALL_MINUTES,
        )  # fmt: skip
        return redirect("desk_member", member=member)
    context = {"person": person, "reasons": REASONS, "missing": request.method == "POST"}
    return page(request, "desk/why.html", context, here="find", status=422 if context["missing"] else 200)
