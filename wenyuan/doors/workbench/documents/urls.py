from django.urls import path

from wenyuan.doors.workbench.documents import views, writing

urlpatterns = [
    path("", views.documents, name="documents"),
    path("new", writing.keep, name="document-new"),
    path("<int:document_id>/", views.one, name="document"),
    path("<int:document_id>/edit", writing.edit, name="document-edit"),
    path("<int:document_id>/figure", writing.figure, name="document-figure"),
    path("<int:document_id>/anew", writing.read_anew, name="document-anew"),
    path("<int:document_id>/summary.docx", views.file, name="document-file"),
]
