"""Routes of the network. No name of a person stands in an address."""

from django.urls import path

from switchboard.portals.network import directory, hours, imports, review

urlpatterns = [
    path("", directory.home, name="network_home"),
    path("practitioners/<int:practitioner>", directory.practitioner, name="network_practitioner"),
    path("organizations/", directory.organizations, name="network_organizations"),
    path("organizations/<int:organization>", directory.organization, name="network_organization"),
    path("imports/", imports.imports, name="network_imports"),
    path("imports/new", imports.send, name="network_send"),
    path("imports/<int:run>", imports.run, name="network_import"),
    path("imports/<int:run>/apply", imports.apply, name="network_apply"),
    path("imports/<int:run>/drop", imports.drop, name="network_drop"),
    path("imports/<int:run>/findings.csv", imports.rejects, name="network_rejects"),
    path("review/", review.review, name="network_review"),
    path("review/<uuid:task>", review.settle, name="network_settle"),
    path("pairs/", review.pairs, name="network_pairs"),
    path("pairs/<int:pair>", review.pair, name="network_pair"),
    path("pairs/<int:pair>/compare", review.compare, name="network_compare"),
    path("pairs/<int:pair>/decide", review.decide, name="network_decide"),
    path("hours/", hours.own, name="network_own_hours"),
    path("places/", hours.places, name="network_places"),
    path("roles/<int:role>/schedule", hours.open_schedule, name="network_open_schedule"),
    path("schedules/<int:schedule>", hours.schedule, name="network_schedule"),
]
