from django.urls import path

from wenyuan.doors.workbench.items import editing, transits, views

urlpatterns = [
    path("", views.find, name="items"),
    path("<int:item_id>/", views.item, name="item"),
    path("<int:item_id>/edit", editing.edit, name="item-edit"),
    path("<int:item_id>/condition", editing.condition, name="item-condition"),
    path("<int:item_id>/lending", editing.lending, name="item-lending"),
    path("<int:item_id>/withdrawn", editing.withdraw, name="item-withdraw"),
    path("transits", transits.coming, name="transits"),
    path("transits/gone", transits.gone, name="transits-gone"),
    path("transits/received", transits.receive, name="transit-receive"),
]
