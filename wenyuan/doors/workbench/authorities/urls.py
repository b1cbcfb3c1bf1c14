from django.urls import path

from wenyuan.doors.workbench.authorities import editing, headings, lists

urlpatterns = [
    path("authorities/", lists.authority_list, name="authorities"),
    path("authorities/new", editing.new, name="authority-new"),
    path("authorities/<int:authority_id>/", lists.authority, name="authority"),
    path("authorities/<int:authority_id>/progress", lists.progress, name="authority-progress"),
    path("authorities/<int:authority_id>/history", lists.history, name="authority-history"),
    path("authorities/<int:authority_id>/edit", editing.edit, name="authority-edit"),
    path("authorities/<int:authority_id>/merge", editing.merge, name="authority-merge"),
    path("authorities/<int:authority_id>/records", editing.bring, name="authority-bring"),
    path("headings/", headings.heading_list, name="headings"),
    path("headings/one", headings.heading, name="heading"),
]
