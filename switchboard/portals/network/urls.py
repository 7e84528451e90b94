"""Routes of the network. No name of a person stands in an address."""

from django.urls import path

from switchboard.portals.network import directory

urlpatterns = [
    path("", directory.home, name="network_home"),
    path("practitioners/<int:practitioner>", directory.practitioner, name="network_practitioner"),
    path("organizations/", directory.organizations, name="network_organizations"),
    path("organizations/<int:organization>", directory.organization, name="network_organization"),
]
