from django.urls import path

from wenyuan.doors.workbench.holds import changes, lists, placing

urlpatterns = [
    path("", lists.picks, name="holds"),
    path("shelf", lists.shelf, name="hold-shelf"),
    path("to-clear", lists.to_clear, name="holds-to-clear"),
    path("not-found", lists.not_found, name="holds-not-found"),
    path("unfillable", lists.unfillable, name="holds-unfillable"),
    path("scans", lists.scan, name="hold-scan"),
    path("items/<int:item_id>/missed", lists.miss, name="hold-item-missed"),
    path("titles/<int:bib_id>/", placing.title, name="holds-of-title"),
    path("readers/<int:patron_id>/", placing.reader, name="holds-of-reader"),
    path("<int:hold_id>/wish", changes.wish, name="hold-wish"),
    path("<int:hold_id>/place", changes.place, name="hold-place"),
    path("<int:hold_id>/slip", lists.slip, name="hold-slip"),
    path("<int:hold_id>/suspended", changes.suspend, name="hold-suspended"),
    path("<int:hold_id>/resumed", changes.resume, name="hold-resumed"),
    path("<int:hold_id>/cancelled", changes.cancel, name="hold-cancelled"),
]
