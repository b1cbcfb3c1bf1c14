from django.urls import path

from wenyuan.doors.workbench.records import exports, imports, staging, undoing, views

urlpatterns = [
    path("", views.newest, name="records"),
    path("<int:bib_id>/", views.record, name="record"),
    path("imports", imports.batch_list, name="imports"),
    path("imports/new", imports.new_import, name="import-new"),
    path("imports/<int:batch_id>/", imports.batch, name="import"),
    path("imports/<int:batch_id>/progress", imports.progress, name="import-progress"),
    path("imports/<int:batch_id>/going-on", imports.go_on, name="import-go-on"),
    path("imports/<int:batch_id>/preview", staging.preview, name="import-preview"),
    path("imports/<int:batch_id>/preview/<int:sample_id>/", staging.sample, name="import-sample"),
    path("imports/<int:batch_id>/loaded", staging.load, name="import-load"),
    path("imports/<int:batch_id>/looked", staging.look_again, name="import-look-again"),
    path("imports/<int:batch_id>/dropped", staging.drop, name="import-drop"),
    path("imports/<int:batch_id>/undo", undoing.undo, name="import-undo"),
    path("imports/<int:batch_id>/kept", undoing.kept, name="import-kept"),
    path("imports/<int:batch_id>/faults", imports.faults, name="import-faults"),
    path("imports/<int:batch_id>/failed.marc", imports.failed_file, name="import-failed"),
    path("imports/faults/<int:fault_id>/record.marc", imports.failed_record, name="import-fault-record"),
    path("export", exports.export, name="export"),
    path("export/file", exports.export_file, name="export-file"),
]
