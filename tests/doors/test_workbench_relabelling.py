"""The relabel list at the workbench: what it shows to whom, and how an item leaves it."""

from typing import Any

import pytest

from tests.factories.catalogue import make_bib, make_item, make_past_item
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.holdings.catalogue.models import Item, LabelWaiting, PastItem
from wenyuan.holdings.catalogue.operations import install_defaults
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.models import AuditRow

pytestmark = pytest.mark.usefixtures("db")

LIST = "/workbench/records/relabel"


@pytest.fixture
def town() -> Town:
    install_defaults()
    return make_town()


@pytest.fixture
def item(town: Town) -> Item:
    made = make_item(bib=make_bib(title="人间草木"), home=town.central, barcode="TMP0000001")
    make_past_item(made, former_number="K0000101", temporary="TMP0000001")
    return made


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.CATALOGUER)


def test_the_list_names_both_numbers_and_is_led_to_from_the_labels(item: Item, browser: Any) -> None:
    shown = browser.get(LIST).content.decode()

    assert all(word in shown for word in ("K0000101", "TMP0000001", "人间草木"))
    assert LIST in browser.get("/workbench/records/labels/").content.decode()


def test_an_item_with_a_new_label_leaves_the_list(item: Item, browser: Any) -> None:
    make_item(barcode="N1")
    taken = browser.post(f"{LIST}/{item.id}", {"barcode": "N1"}, follow=True).content.decode()
    nothing = browser.post(f"{LIST}/{item.id}", {"barcode": ""}, follow=True).content.decode()
    assert "K0000101" in taken
    assert "K0000101" in nothing

    done = browser.post(f"{LIST}/{item.id}", {"barcode": "N2"}, follow=True).content.decode()

    assert Item.objects.get(id=item.id).barcode == "N2"
    assert "K0000101" not in done


def test_a_temporary_number_can_stay_and_its_label_be_printed(item: Item, browser: Any) -> None:
    browser.post(f"{LIST}/labels")
    assert [(row.kind, row.item_id) for row in LabelWaiting.objects.all()] == [("barcode", item.id)]

    shown = browser.post(f"{LIST}/{item.id}/kept", follow=True).content.decode()

    assert "K0000101" not in shown
    assert Item.objects.get(id=item.id).barcode == "TMP0000001"
    assert PastItem.objects.get().former_number == "K0000101"
    assert AuditRow.objects.filter(act="keep_temporary_number", subject_id=item.id).count() == 1


def test_a_branch_s_staff_see_their_own_alone_and_readers_staff_none(town: Town, item: Item) -> None:
    elsewhere = staff_at(town.ring, Role.CATALOGUER)
    assert "K0000101" not in elsewhere.get(LIST).content.decode()
    assert elsewhere.post(f"{LIST}/{item.id}/kept").status_code == 403
    assert staff_at(town.central, Role.OUTREACH).get(LIST).status_code == 403


def test_a_long_list_goes_on_by_pages_in_few_queries(
    town: Town, browser: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        made = make_item(home=town.central, barcode=f"TMP{number:07d}")
        make_past_item(made, former_number=f"K{number:07d}", temporary=made.barcode)
    browser.get(LIST)

    with django_assert_max_num_queries(20):
        shown = browser.get(LIST).content.decode()

    assert ("K0000049" in shown, "K0000050" in shown) == (True, False)
    assert 'rel="next"' in shown


def test_its_branch_finds_an_item_by_the_number_on_its_label(town: Town, item: Item, browser: Any) -> None:
    holder = make_item(home=town.ring, barcode="K0000101")

    found = browser.get("/workbench/items/", {"q": "K0000101"})
    elsewhere = staff_at(town.ring, Role.CATALOGUER).get("/workbench/items/", {"q": "K0000101"})

    assert found["Location"].endswith(f"/{item.id}/")
    assert elsewhere["Location"].endswith(f"/{holder.id}/")
