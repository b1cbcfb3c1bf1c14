from django.urls import path

from wenyuan.doors.workbench.records import editing, exports, histories, imports, staging, undoing, views

urlpatterns = [
    path("", views.newest, name="records"),
    path("<int:bib_id>/", views.record, name="record"),
    path("new", editing.new, name="record-new"),
    path("new/<slug:dialect>/<slug:kind>/marc", editing.new_marc, name="record-new-marc"),
    path("fields/<slug:dialect>", editing.fields, name="record-fields"),
    path("<int:bib_id>/marc", editing.edit_marc, name="record-edit-marc"),
    path("<int:bib_id>/open", editing.keep_open, name="record-open"),
    path("<int:bib_id>/history", histories.history, name="record-history"),
    path("<int:bib_id>/history/<int:number>", histories.version, name="record-version"),
    path("<int:bib_id>/history/<int:number>/restored", histories.restore, name="record-restore"),
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
