"""URLs of money. Rows are named by their ids: no name, card or receipt number stands in an address."""

from django.urls import path

from wenyuan.doors.workbench.fees import credit, days, scans, views

urlpatterns = [
    path("", views.debts, name="fees"),
    path("deposits", views.deposits, name="fees-deposits"),
    path("deposits/<int:deposit_id>/returned", views.return_deposit, name="fees-return-deposit"),
    path("day", days.today, name="fees-today"),
    path("days", days.closings, name="fees-closings"),
    path("days/<int:closing_id>/", days.closing, name="fees-closing"),
    path("readers/<int:patron_id>/", views.reader, name="fees-patron"),
    path("readers/<int:patron_id>/scan", scans.begin, name="fees-scan"),
    path("scans/<slug:number>", scans.order, name="fees-scan-order"),
    path("scan-notices", scans.notice, name="fees-scan-notice"),
    path("readers/<int:patron_id>/points", credit.reader, name="fees-points-of"),
    path("points", credit.rules, name="fees-points"),
    path("readers/<int:patron_id>/charge", views.new_charge, name="fees-new-charge"),
    path("readers/<int:patron_id>/deposit", views.new_deposit, name="fees-new-deposit"),
    path("charges/<int:charge_id>/<slug:act>", views.on_charge, name="fees-on-charge"),
    path("payments/<int:payment_id>/refund", views.refund, name="fees-refund"),
    path("receipts/<int:entry_id>", views.receipt, name="fees-receipt"),
]
