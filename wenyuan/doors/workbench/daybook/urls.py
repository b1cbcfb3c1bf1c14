from django.urls import path

from wenyuan.doors.workbench.daybook import papers, views

urlpatterns = [
    path("", views.records, name="daybook"),
    path("new/<slug:kind>/", views.enter, name="daybook-new"),
    path("<int:row_id>/", views.one, name="daybook-record"),
    path("<int:row_id>/edit", views.correct, name="daybook-edit"),
    path("<int:row_id>/approved", views.approve, name="daybook-approve"),
    path("<int:row_id>/withdrawn", views.withdraw, name="daybook-withdraw"),
    path("<int:row_id>/files", papers.attach, name="daybook-attach"),
    path("files/<int:origin_id>/<int:paper_id>", papers.paper, name="daybook-file"),
    path("files/<int:origin_id>/<int:paper_id>/removed", papers.remove, name="daybook-file-remove"),
]
