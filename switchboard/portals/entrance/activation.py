"""A member's first visit: the card's number, birth date, ZIP code and email address, then a code by mail."""

from allauth.account.views import request_login_code
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from switchboard.members.actions.activation import activate
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.doors import public


class CardForm(forms.Form):
    """What the member types."""

    member_number = forms.CharField(label=_("Member number, as on your card"), max_length=40)
    birth_date = forms.DateField(
        label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"})
    )
    zip5 = forms.RegexField(
        r"^\d{5}$",
        label=_("ZIP code where you live"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    email = forms.EmailField(
        label=_("Email address the plan has for you"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@public
def activation(request: HttpRequest) -> HttpResponse:
    """Set up the account if all four match, then ask for a code; the answer is the same either way."""
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        activate(by=SWITCHBOARD, **form.cleaned_data)
        answer: HttpResponse = request_login_code(request)  # reads the same ``email`` field
        if answer.status_code == 302:
            return answer
        form.add_error(None, _("Please wait a few minutes before you try again."))
    return render(request, "entrance/activation.html", {"form": form})
