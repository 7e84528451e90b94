"""Routes of the way in."""

from django.urls import path
from django.views.generic import RedirectView

from switchboard.platform.doors import public
from switchboard.portals.entrance import activation, demo, home, who_looked

urlpatterns = [
    path("", home.home, name="home"),
    # allauth's page for passwords, which nobody has: the name leads to the page for codes and passkeys.
    path(
        "account/login/",
        public(RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)),
        name="account_login",
    ),
    path("account/who-looked", who_looked.who_looked, name="who_looked"),
    path("account/activate", activation.activation, name="activation"),
    path("demo/", demo.door, name="demo"),
    path("demo/mailbox", demo.mailbox, name="demo_mailbox"),
]
