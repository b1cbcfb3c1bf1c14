from django.urls import path

from wenyuan.doors.workbench.shelving import classes, groups, numbers

urlpatterns = [
    path("<int:bib_id>/call-number", numbers.call_number, name="bib-call-number"),
    path("<int:bib_id>/call-number/<int:number_id>/items", numbers.assign, name="bib-call-number-items"),
    path("<int:bib_id>/call-number/<int:number_id>/given-back", numbers.give_back, name="bib-call-number-back"),
    path("classes", classes.browse, name="classes"),
    path("classes/new", classes.new_table, name="class-table-new"),
    path("shelf-groups", groups.group_list, name="shelf-groups"),
    path("shelf-groups/new", groups.new_group, name="shelf-group-new"),
    path("shelf-groups/<int:group_id>", groups.group, name="shelf-group"),
    path("author-numbers/new", groups.new_author_table, name="author-table-new"),
]
