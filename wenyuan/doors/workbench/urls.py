"""The workbench, a list of pages per room. Each part owns its urls."""

from django.urls import include, path

app_name = "workbench"

urlpatterns = [
    path("", include("wenyuan.doors.workbench.home.urls")),
    path("desk/", include("wenyuan.doors.workbench.desk.urls")),
    path("desk/offline/", include("wenyuan.doors.workbench.offline.urls")),
    path("patrons/", include("wenyuan.doors.workbench.patrons.urls")),
    path("holds/", include("wenyuan.doors.workbench.holds.urls")),
    path("fees/", include("wenyuan.doors.workbench.fees.urls")),
    path("items/", include("wenyuan.doors.workbench.items.urls")),
    path("transit/", include("wenyuan.doors.workbench.transit.urls")),
    path("records/", include("wenyuan.doors.workbench.records.urls")),
    path("records/batches/", include("wenyuan.doors.workbench.batching.urls")),
    path("records/copy/", include("wenyuan.doors.workbench.copying.urls")),
    path("records/", include("wenyuan.doors.workbench.shelving.urls")),
    path("records/", include("wenyuan.doors.workbench.stock.urls")),
    path("records/", include("wenyuan.doors.workbench.authorities.urls")),
    path("records/labels/", include("wenyuan.doors.workbench.labels.urls")),
    path("network/", include("wenyuan.doors.workbench.network.urls")),
    path("policies/", include("wenyuan.doors.workbench.policies.urls")),
    path("journal/", include("wenyuan.doors.workbench.journal.urls")),
    path("figures/documents/", include("wenyuan.doors.workbench.documents.urls")),
    path("figures/plan/", include("wenyuan.doors.workbench.workplans.urls")),
    path("figures/", include("wenyuan.doors.workbench.figures.urls")),
    path("daybook/", include("wenyuan.doors.workbench.daybook.urls")),
    path("booklists/", include("wenyuan.doors.workbench.booklists.urls")),
    path("reviews/", include("wenyuan.doors.workbench.reviews.urls")),
    path("suggestions/", include("wenyuan.doors.workbench.suggestions.urls")),
    path("visits/", include("wenyuan.doors.workbench.visits.urls")),
    path("notices/", include("wenyuan.doors.workbench.notices.urls")),
    path("accounts/", include("wenyuan.doors.workbench.accounts.urls")),
]
