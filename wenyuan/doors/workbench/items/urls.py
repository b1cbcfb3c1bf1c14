from django.urls import path

from wenyuan.doors.workbench.items import conditions, editing, losses, searching, transits, views

urlpatterns = [
    path("", views.find, name="items"),
    path("<int:item_id>/", views.item, name="item"),
    path("<int:item_id>/edit", editing.edit, name="item-edit"),
    path("<int:item_id>/lost", conditions.lost, name="item-lost"),
    path("<int:item_id>/lost/undone", conditions.not_lost, name="item-not-lost"),
    path("losses/<int:charge_id>/slip", losses.slip, name="loss-slip"),
    path("<int:item_id>/claimed", conditions.claimed, name="item-claimed"),
    path("<int:item_id>/damaged", conditions.damaged, name="item-damaged"),
    path("<int:item_id>/missing", conditions.missing, name="item-missing"),
    path("<int:item_id>/repaired", conditions.repaired, name="item-repaired"),
    path("<int:item_id>/found", conditions.found, name="item-found"),
    path("<int:item_id>/with-reader", conditions.with_reader, name="item-with-reader"),
    path("<int:item_id>/sent", transits.send, name="item-send"),
    path("<int:item_id>/kept", transits.keep, name="item-keep"),
    path("<int:item_id>/lending", editing.lending, name="item-lending"),
    path("<int:item_id>/withdrawn", editing.withdraw, name="item-withdraw"),
    path("claims", searching.claims, name="claims"),
    path("claims/list", searching.claims_printed, name="claims-printed"),
    path("claims/found", searching.claim_found, name="claim-found"),
    path("claims/<int:loan_id>/missed", searching.claim_missed, name="claim-missed"),
    path("transits", transits.coming, name="transits"),
    path("transits/gone", transits.gone, name="transits-gone"),
    path("transits/received", transits.receive, name="transit-receive"),
]
