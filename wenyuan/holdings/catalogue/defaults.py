"""Rows that every installation begins with: item types, a shelf group, sheets of labels, and the mappings that
vendors' item fields are read by."""

from wenyuan.holdings.catalogue.labelling.sheets import install_sheets
from wenyuan.holdings.catalogue.models import ImportMapping, ItemType, ShelfGroup
from wenyuan.kernel.callnumbers import DEFAULT_BREAKS, DEFAULT_TEMPLATE
from wenyuan.kernel.marc import DEFAULT_MAPPINGS, mapping_to_dict
from wenyuan.plumbing.transactions import assert_in_verb

BOOK = "book"

ITEM_TYPES = (
    (BOOK, "图书", "Book", 5000),
    ("children_book", "少儿图书", "Children's book", 4000),
    ("serial_bound", "期刊合订本", "Bound serial", 10000),
    ("newspaper_bound", "报纸合订本", "Bound newspaper", 10000),
    ("audio_visual", "音像资料", "Audio-visual", 5000),
    ("rare_book", "古籍", "Rare book", 100000),
    ("local_document", "地方文献", "Local document", 10000),
    ("toy", "玩教具", "Toy or kit", 10000),
    ("equipment", "设备", "Equipment", 100000),
)
"""Code, names, and in fen what is asked for an item without a price."""


def install_default_rows() -> None:
    """Step: add the item types and mappings that are missing; those that are there stay as they are."""
    assert_in_verb()
    ItemType.objects.bulk_create(
        [
            ItemType(code=code, name_zh=name_zh, name_en=name_en, default_price_fen=price)
            for code, name_zh, name_en, price in ITEM_TYPES
        ],
        ignore_conflicts=True,
    )
    ImportMapping.objects.bulk_create(
        [
            ImportMapping(code=mapping.name, name=mapping.name, mapping=mapping_to_dict(mapping))
            for mapping in DEFAULT_MAPPINGS
        ],
        ignore_conflicts=True,
    )
    if not ShelfGroup.objects.exists():
        ShelfGroup.objects.create(
            code="main", name="普通图书", template=DEFAULT_TEMPLATE, breaks=DEFAULT_BREAKS, is_default=True
        )
    install_sheets()
