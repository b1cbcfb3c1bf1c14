from django.urls import path

from wenyuan.doors.workbench.stock import items, ledger, receipts, relabelling

urlpatterns = [
    path("<int:bib_id>/items/new", items.new_items, name="items-new"),
    path("receipts", receipts.receipt_list, name="receipts"),
    path("receipts/new", receipts.new_receipt, name="receipt-new"),
    path("receipts/<int:receipt_id>", receipts.receipt, name="receipt"),
    path("relabel", relabelling.relabel, name="relabel"),
    path("relabel/labels", relabelling.labels, name="relabel-labels"),
    path("relabel/<int:item_id>", relabelling.relabelled, name="relabelled"),
    path("relabel/<int:item_id>/kept", relabelling.kept, name="relabel-kept"),
    path("ledger", ledger.ledger, name="stock-ledger"),
    path("ledger/register.xlsx", ledger.register_sheet, name="stock-register-sheet"),
]
