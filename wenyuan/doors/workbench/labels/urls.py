from django.urls import path

from wenyuan.doors.workbench.labels import adding, free, queue, sheets

urlpatterns = [
    path("", queue.labels, name="labels"),
    path("print", queue.print_labels, name="labels-print"),
    path("preview.png", queue.preview, name="labels-preview"),
    path("printed", queue.printed_labels, name="labels-printed"),
    path("dropped", queue.drop, name="labels-dropped"),
    path("add", adding.add, name="labels-add"),
    path("shelf-ends", free.shelf_ends, name="labels-shelf-ends"),
    path("cards", free.cards, name="labels-cards"),
    path("sheets", sheets.sheet_list, name="label-sheets"),
    path("sheets/new", sheets.new_sheet, name="label-sheet-new"),
    path("sheets/<int:sheet_id>", sheets.sheet, name="label-sheet"),
]
