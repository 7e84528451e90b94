"""Routes of insights."""

from django.urls import path

from switchboard.portals.insights import home

urlpatterns = [path("", home.home, name="insights_home")]
