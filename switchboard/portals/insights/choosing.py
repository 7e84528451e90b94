"""The form above the figures: which people, and how many weeks back."""

from collections.abc import Sequence

from django import forms

from switchboard.frontdoor.core.asks import URGENCIES
from switchboard.insights.core.choice import PERIODS, Choice
from switchboard.rulebook.listings import codes, label

URGENCY_WORDS = {"emergency": "Emergency", "urgent": "Urgent", "soon": "Soon", "routine": "Routine"}


class ChoiceForm(forms.Form):
    """What to look at; an answer that is none of those offered is named, and the rest still counts."""

    line = forms.ChoiceField(label="Line of business", required=False)
    state = forms.ChoiceField(label="State", required=False)
    urgency = forms.ChoiceField(
        label="Urgency", required=False,
        choices=[("", "Every urgency"), *((u, URGENCY_WORDS[u]) for u in URGENCIES)],
    )  # fmt: skip
    weeks = forms.TypedChoiceField(
        label="Period", required=False, coerce=int, empty_value="",
        choices=[(n, f"{n} weeks") for n in PERIODS], initial=Choice().weeks,
    )  # fmt: skip

    def __init__(self, data: object, states: Sequence[str]) -> None:
        super().__init__(data, prefix=None)  # type: ignore[arg-type]
        lines = [(c, label("lines_of_business", c)) for c in codes("lines_of_business")]
        offered = [(c, label("states", c)) for c in states]
        self.fields["line"].choices = [("", "Every line"), *lines]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", "Every state"), *offered]  # type: ignore[attr-defined]

    def choice(self) -> Choice:
        """Give what is asked for; what is not offered counts as not chosen."""
        self.is_valid()
        return Choice(**{k: v for k, v in self.cleaned_data.items() if v})
