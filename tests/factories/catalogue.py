"""Item types, bibs and items for tests, written straight into the tables: valid, distinct, and nothing more."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue.models import Bib, Condition, Identifier, Item, ItemState, ItemType, Lendable, PastItem
from wenyuan.kernel.booknumbers import parse_isbn
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.kernel.chinese import fold, pinyin_of, sort_key
from wenyuan.kernel.marc import ControlField, DataField, Record, content_hash, to_storage
from wenyuan.organisation.network.models import Area, Branch

_numbers = count(1)

A_DAY = date(2026, 3, 2)


def make_item_type(code: str = "book", *, name_zh: str = "图书", default_price_fen: int = 5000) -> ItemType:
    """The item type with this code, made if it is not there."""
    made, _ = ItemType.objects.get_or_create(
        code=code,
        defaults={"name_zh": name_zh, "name_en": code.replace("_", " "), "default_price_fen": default_price_fen},
    )
    return made


def make_bib(
    *,
    title: str = "平凡的世界",
    author: str = "路遥",
    isbn: str | None = None,
    class_no: str = "I247.57",
    document_kind: str = "book",
    audience: str = "",
    price_fen: int | None = None,
    created_at: datetime | None = None,
    **columns: Any,
) -> Bib:
    """A bib with a small CNMARC record that says the same; ``isbn`` may be written in any form."""
    number = f"test{next(_numbers):08d}"
    record = cnmarc_record(number, title=title, author=author, isbn=isbn, class_no=class_no)
    times = {} if created_at is None else {"created_at": created_at, "changed_at": created_at}
    bib = Bib.objects.create(
        **{
            "source": "test",
            "control_number": number,
            "content_hash": bytes.fromhex(content_hash(record)),
            "dialect": "cnmarc",
            "marc": to_storage(record),
            "title": title,
            "title_fold": fold(title),
            "title_pinyin": pinyin_of(title),
            "title_sort": sort_key(title),
            "author": author,
            "author_fold": fold(author),
            "publisher": "人民文学出版社",
            "year": 2012,
            "language": "chi",
            "class_no": class_no,
            "class_letter": class_no[:1],
            "document_kind": document_kind,
            "audience": audience,
            "price_fen": price_fen,
            **times,
            **columns,
        }
    )
    if isbn:
        Identifier.objects.create(bib=bib, kind="isbn", value=parse_isbn(isbn).isbn13)
    return bib


def cnmarc_record(
    control_number: str, *, title: str, author: str, isbn: str | None = None, class_no: str = "I247.57"
) -> Record:
    """A CNMARC record with the fewest fields that describe a book."""
    fields: list[ControlField | DataField] = [ControlField("001", control_number)]
    if isbn:
        fields.append(DataField("010", " ", " ", (("a", isbn), ("d", "CNY36.00"))))
    fields.append(DataField("100", " ", " ", (("a", "20120301d2012    em y0chiy50      ea"),)))
    fields.append(DataField("101", "0", " ", (("a", "chi"),)))
    fields.append(DataField("200", "1", " ", (("a", title), ("f", f"{author}著"))))
    fields.append(DataField("690", " ", " ", (("a", class_no), ("v", "5"))))
    fields.append(DataField("701", " ", "0", (("a", author), ("4", "著"))))
    return Record("00000nam0 2200000   450 ", tuple(fields))


def make_item(
    *,
    bib: Bib | None = None,
    barcode: str | None = None,
    home: Branch | None = None,
    owner: Branch | None = None,
    present: Branch | None = None,
    area: Area | None = None,
    item_type: ItemType | str = "book",
    state: str = ItemState.AVAILABLE,
    condition: str = Condition.OK,
    lendable: str | None = None,
    call_no: str = "I247.57/123",
    price_fen: int | None = None,
    acquired_date: date = A_DAY,
    **columns: Any,
) -> Item:
    """An item on the shelf of its home branch. Owner and present branch are the home branch unless said otherwise;
    a withdrawn item is not lendable, and one out of order has been so since the turn of the year.
    """
    if condition != Condition.OK:
        columns.setdefault("condition_at", datetime(2026, 1, 1, tzinfo=UTC))
    if home is None:
        from tests.factories.network import make_branch

        home = make_branch()
    return Item.objects.create(
        bib=bib or make_bib(),
        barcode=barcode or f"W{next(_numbers):09d}",
        item_type=make_item_type(item_type) if isinstance(item_type, str) else item_type,
        owner=owner or home,
        home_branch=home,
        present_branch=present or home,
        area=area,
        state=state,
        condition=condition,
        lendable=lendable or (Lendable.NO if state == ItemState.WITHDRAWN else Lendable.YES),
        call_no=call_no,
        call_key=shelf_key(call_no) if call_no else b"",
        price_fen=price_fen,
        acquired_date=acquired_date,
        **columns,
    )


def make_past_item(item: Item, *, former_number: str = "", temporary: str = "") -> PastItem:
    """The item as one that came from an old system, with the number on its label where that clashed."""
    return PastItem.objects.create(
        system="old",
        key=f"k{item.id}",
        item=item,
        former_number=former_number,
        temporary=temporary,
        branch_id=item.home_branch_id,
        taken_over_at=datetime(2026, 4, 1, tzinfo=UTC),
    )


def make_many_bibs(count: int) -> None:
    """So many bibs beside the others, each with a title and an ISBN of its own, and the tables' statistics as they are
    after a while: what a plan is made for."""
    model = make_bib(title="一本", author="佚名")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO catalogue_bib SELECT made.*
            FROM catalogue_bib model, generate_series(1, %(count)s) number, jsonb_populate_record(model,
                jsonb_build_object('id', nextval(pg_get_serial_sequence('catalogue_bib', 'id')),
                    'control_number', 'many' || number, 'title', '书' || number, 'title_fold', '书' || number,
                    'title_sort', 'shu ' || number, 'author_fold', '人' || number %% 500, 'year', 1990 + number %% 30)
            ) made
            WHERE model.id = %(model)s
            """,
            {"count": count, "model": model.id},
        )
        cursor.execute(
            """
            INSERT INTO catalogue_identifier (bib_id, kind, value)
            SELECT id, 'isbn', (9787000000000 + id)::text FROM catalogue_bib WHERE control_number LIKE 'many%%'
            """
        )
        cursor.execute("ANALYZE catalogue_bib, catalogue_identifier")


def make_many_items(model: Item, count: int) -> None:
    """So many items beside this one, each with numbers of its own and of another bib, and the table's statistics."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO catalogue_item SELECT made.*
            FROM catalogue_item model,
                (SELECT id, row_number() OVER (ORDER BY id) number FROM catalogue_bib ORDER BY id LIMIT %(count)s) bib,
                jsonb_populate_record(model, jsonb_build_object(
                    'id', nextval(pg_get_serial_sequence('catalogue_item', 'id')), 'bib_id', bib.id,
                    'barcode', 'many' || bib.number, 'accession_no', 'many' || bib.number)
                ) made
            WHERE model.id = %(model)s
            """,
            {"count": count, "model": model.id},
        )
        cursor.execute("ANALYZE catalogue_item")
