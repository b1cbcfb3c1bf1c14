"""Classes of the CLC to the second level, with their names."""

import pytest

from wenyuan.kernel.classes import class_name, levels_of
from wenyuan.kernel.classification import MAIN_CLASSES, TECHNOLOGY_CLASSES


@pytest.mark.parametrize(
    ("number", "levels"),
    [
        ("I247.57", ("I", "I2")),
        ("i247.57", ("I", "I2")),
        ("R711", ("R", "R71")),
        ("TP312", ("T", "TP")),
        ("T-61", ("T", "T-6")),
        ("J292.1", ("J", "J29")),
        ("D922", ("D", "D9")),
        ("DF4", ("D", "DF")),
        ("B84-49", ("B", "B84")),
        ("[C94]", ("C",)),
        ("K", ("K",)),
        ("813.7", ()),
        ("", ()),
    ],
)
def test_a_number_belongs_to_its_main_class_and_division(number: str, levels: tuple[str, ...]) -> None:
    assert levels_of(number) == levels


def test_every_main_class_and_every_division_of_technology_has_a_name() -> None:
    for code in (*MAIN_CLASSES, *TECHNOLOGY_CLASSES):
        assert class_name(code, "zh-hans")
        assert class_name(code, "en")

    assert class_name("I2", "zh-hans") == "中国文学"
    assert class_name("I2", "en-gb") == "Chinese literature"
    assert class_name("I24", "en") == ""
