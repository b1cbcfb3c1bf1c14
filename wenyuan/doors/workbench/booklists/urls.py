from django.urls import path

from wenyuan.doors.workbench.booklists import views, works

urlpatterns = [
    path("", views.booklists, name="booklists"),
    path("new", views.begin, name="booklist-new"),
    path("<int:list_id>", works.booklist, name="booklist"),
    path("<int:list_id>/edit", views.change, name="booklist-edit"),
    path("<int:list_id>/deleted", views.delete, name="booklist-delete"),
    path("<int:list_id>/works", works.add, name="booklist-add"),
    path("<int:list_id>/works/<int:line_id>", works.change, name="booklist-work"),
    path("<int:list_id>/works/<int:line_id>/removed", works.remove, name="booklist-remove"),
]
