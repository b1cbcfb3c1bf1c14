from django.urls import path

from wenyuan.doors.workbench.batching import beginning, views

urlpatterns = [
    path("", views.edits, name="edits"),
    path("items/new", beginning.new_items, name="edit-items-new"),
    path("records/new", beginning.new_records, name="edit-records-new"),
    path("<int:batch_id>/", views.edit, name="edit"),
    path("<int:batch_id>/progress", views.progress, name="edit-progress"),
    path("<int:batch_id>/rows", views.rows, name="edit-rows"),
    path("<int:batch_id>/rows/file", views.rows_file, name="edit-rows-file"),
    path("<int:batch_id>/rows/<int:number>/", views.row, name="edit-row"),
    path("<int:batch_id>/started", views.start, name="edit-start"),
    path("<int:batch_id>/stopped", views.stop, name="edit-stop"),
    path("<int:batch_id>/dropped", views.drop, name="edit-drop"),
    path("<int:batch_id>/undone", views.undo, name="edit-undo"),
    path("<int:batch_id>/going-on", views.go_on, name="edit-go-on"),
]
