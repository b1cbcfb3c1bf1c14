"""How the house is kept: borders between rooms, foreign keys, migrations, seams, rights.

What imports may do between departments is held by import-linter (``.importlinter``); here stands what it cannot say.
Every exception is named with its reason, and one that nobody needs any more fails as well.
"""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import FunctionType
from typing import Any

import grimp
import pytest
from django.apps import AppConfig, apps
from django.contrib.postgres.operations import CreateExtension
from django.core.exceptions import FieldDoesNotExist
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL
from django.db.models import PROTECT, Field, ForeignKey, Model
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house import LABELS, PACKAGE, ROOMS, dotted, sources
from wenyuan.holdings.catalogue import seams as bib_seams
from wenyuan.lending.patrons import seams as patron_seams
from wenyuan.organisation.network import seams as network_seams
from wenyuan.organisation.rights.data import Act

ENTRANCES = frozenset({"operations", "queries", "data", "seams"})

SIDE_ENTRANCES = {
    # importer (or what it begins with), what it imports: why
    ("lending.circulation", "organisation.journal.sql"): "the everyday statements write the journal's columns",
    ("doors.cli.worker", "organisation.journal.delivery"): "the worker is the one caller of the journal's delivery",
}
SIDE_NAMES = {"organisation.journal.sql": {"COLUMNS"}}
"""Of these modules the named values only."""

FOLLOWERS = "organisation.journal.followers"
"""Open to every room's tasks.py: this is how rooms above say what they follow."""

STEPS = {
    "journal.record": "stands in the transaction of the verb whose act it records",
    "journal.record_many": "the same",
    "journal.row_of": "a value, for statements that write the journal themselves",
    "rights.audit": "stands in the transaction of the verb that it audits",
    "rights.write_audit": "the same, before anybody has signed in",
    "catalogue.change_state": "a step of the verbs of rooms above",
    "fees.award": "a step of circulation's verbs",
    "fees.cancel_loss": "a step of circulation's verbs",
    "fees.charge": "a step of circulation's verbs",
    "fees.set_fine": "a step of circulation's verbs",
    "fees.settle_found": "a step of circulation's verbs",
    "patrons.reader_ref": "a step of the verbs of rooms above",
    "patrons.hold_reader": "the same",
    "network.announce": "a step of rooms that tell readers themselves, whose verb asks for its own right",
    "network.roll_horizons": "a step of the nightly run over due dates, nobody's act",
    "network.set_spreads": "a step of the run over due dates after a signed closure",
    "notices.add_grants": "a step of the verbs of rooms above",
    "notices.change_contacts": "the same",
    "notices.forget_recipient": "the same",
    "notices.mark_seen": "a step of doors where readers act for themselves",
    "notices.move_recipient": "a step of the verbs of rooms above",
    "notices.post": "the same",
    "notices.post_many": "the same",
    "notices.prefer": "a step of doors where readers act for themselves",
    "notices.withdraw": "a step of the verbs of rooms above",
    "network.central_branch": "a pure reader of two fields; nothing is written",
    "network.enter_library": "a step of the founding, which makes the accounts in the same transaction",
    "network.open_first_branches": "the same",
    "network.read_branch_sheet": "a pure reader of an uploaded file; nothing is written",
    "patrons.lift": "stands in the transaction of the verb whose act it follows from (a return, a payment)",
    "patrons.read_sheet": "a pure reader of a school's list; nothing is written",
    "patrons.restrict": "stands in the transaction of the verb whose act it follows from (a return, a debt)",
    "patrons.restrict_after_return": "the same",
}
"""Public in a room's operations, and no verbs: the verb that calls them asks for the right."""

NO_ACT = {
    "accounts.admit_api_token": "who shows a token holds no right before it is known whose it is",
    "accounts.readmit_api_token": "the same",
    "accounts.change_own_password": "one's own affair",
    "accounts.first_administrators": "the founding hour: nobody can hold a right yet, and it works once",
    "accounts.found_installation": "the same",
    "accounts.sign_in": "who signs in holds no right yet",
    "accounts.switch_by_badge": "the same",
    "catalogue.forget_old_tables": "by the clock: what was asked for long ago goes",
    "catalogue.give_up_old_batches": "by the clock: what was sent long ago and nobody has let in",
    "catalogue.note_files_gone": "the same",
    "catalogue.ask_anew": "what is derived is made again; nothing changes for anybody",
    "catalogue.stamp_changes": "run by the worker, nobody's act",
    "catalogue.settle_standings": "the same",
    "catalogue.follow_headings": "the same",
    "catalogue.stop_without_right": "run by the worker for somebody who has no right any more",
    "catalogue.install_defaults": "run by the set-up, nobody's act",
    "circulation.expire_hold": "run by the clock, nobody's act",
    "circulation.expire_holds": "the same",
    "circulation.remind": "the same",
    "circulation.forget_ended_holds": "run by the clock, nobody's act",
    "circulation.forget_offline": "run by the clock, nobody's act",
    "circulation.lose_long_overdue": "the same",
    "circulation.charge_running_fines": "the same",
    "circulation.renew_automatically": "the same",
    "circulation.install_default_policies": "run by the set-up, nobody's act",
    "fees.look_after_scans": "run by the clock, nobody's act",
    "fees.note_scan": "told by the collector, who signs it and is no operator",
    "fees.install_default_point_rules": "run by the set-up, nobody's act",
    "notices.forget_old": "run by the worker, nobody's act",
    "notices.install_default_templates": "run by the set-up, nobody's act",
    "notices.send_due": "run by the worker, nobody's act",
    "notices.send_at_once": "the same",
    "patrons.check_pin": "asked for the reader, who is no operator",
    "patrons.sign_in": "asked by the reader, who is no operator",
    "patrons.sign_in_by_program": "the same",
    "feedback.suggest": "a reader's own affair: the door says who has signed in",
    "reading.write_review": "the same",
    "reading.take_review_back": "the same",
    "reading.report_review": "the same",
    "reading.add_to_own_list": "the same",
    "reading.rename_own_list": "the same",
    "reading.delete_own_list": "the same",
    "reading.remove_from_own_list": "the same",
    "patrons.ask_for_code": "asked by somebody of whom nobody knows whether they are a reader; it is bounded",
    "patrons.give_code": "asked by whoever has the code, who is no operator",
    "patrons.sign_in_by_code": "the same",
    "patrons.send_asked_code": "run by the worker, nobody's act",
    "patrons.change_own_pin": "a reader's own affair",
    "patrons.report_own_lost": "the same",
    "patrons.keep_own_history": "the same",
    "patrons.ask_own_erasure": "the same: their own data, and the PIN is asked",
    "patrons.take_back_own_erasure": "the same",
    "patrons.choose_own_messages": "the same",
    "patrons.open_own_record": "the same: their own data, and the PIN is asked",
    "patrons.add_others_card": "a reader's own affair: the other card's PIN is asked",
    "patrons.remove_others_card": "the same: of who keeps the card, or whose it is",
    "patrons.forget_old_tries": "run by the clock, nobody's act",
    "patrons.forget_taken_codes": "the same",
    "patrons.forget_old_codes": "the same",
    "patrons.forget_pre_registrations": "the same",
    "patrons.pre_register": "asked by somebody who is nobody's operator and no reader yet; it is bounded",
    "transit.open_handover": "asked by somebody without an account: the one-time code is the right",
    "transit.receive_handover": "the same",
    "visits.admit_counter": "who shows a key holds no right before it is known whose it is",
    "visits.settle_counters": "run by the clock, nobody's act",
    "figures.roll_up": "run by the clock, nobody's act",
    "patrons.install_default_categories": "run by the set-up, nobody's act",
}
"""Verbs that declare that they need no act."""

VIEWS_WITHOUT_NEEDS = {
    "django.views.i18n.set_language": "sets a cookie; Django's own",
    "wenyuan.doors.furniture.views.preferences": "sets a cookie: colours and print size",
    "wenyuan.doors.furniture.views.guide": "shows components in a demo; reads no room",
}
VIEWS_FOR_ALL = {
    "wenyuan.doors.api.house.token": "every application with a token: what it may do",
    "wenyuan.config.health.healthz": "tells nothing but whether the process answers",
    "wenyuan.doors.portal.account.account": "every reader who has signed in, of what is theirs",
    "wenyuan.doors.portal.card.card": "the same",
    "wenyuan.doors.portal.card.lost": "the same: their own card",
    "wenyuan.doors.portal.card.pin": "the same: their own PIN, and the old one is asked",
    "wenyuan.doors.portal.cards.cards": "the same: whose cards stand under their sign-in",
    "wenyuan.doors.portal.cards.switch_to": "the same",
    "wenyuan.doors.portal.cards.remove": "the same",
    "wenyuan.doors.portal.deletion.deletion": "the same: their own data, and the PIN is asked",
    "wenyuan.doors.portal.deletion.take_back": "the same: what they asked for themselves",
    "wenyuan.doors.portal.digital_card.digital_card": "the same: a code for their own card",
    "wenyuan.doors.portal.messages.messages": "the same: what they were told",
    "wenyuan.doors.portal.points.points": "the same: their own points",
    "wenyuan.doors.portal.messages.choices": "the same: what they want to be told by which way",
    "wenyuan.doors.portal.own_data.own_data": "the same: their own data, and the PIN is asked",
    "wenyuan.doors.portal.offline.kept": "the same: their own card and loans, for their own browser",
    "wenyuan.doors.portal.history.history": "the same: what they agreed to have kept",
    "wenyuan.doors.portal.own_lists.own_lists": "the same: their own lists",
    "wenyuan.doors.portal.own_lists.own_list": "the same",
    "wenyuan.doors.portal.own_lists.listing": "the same",
    "wenyuan.doors.portal.own_lists.delete": "the same",
    "wenyuan.doors.portal.own_lists.take_off": "the same",
    "wenyuan.doors.portal.reviews.review": "the same: what they say of a work",
    "wenyuan.doors.portal.reviews.own_reviews": "the same",
    "wenyuan.doors.portal.reviews.take_back": "the same",
    "wenyuan.doors.portal.reviews.report": "every reader who has signed in, of what is shown to all; staff decide",
    "wenyuan.doors.portal.suggesting.suggest_title": "the same: what they wish the library had",
    "wenyuan.doors.portal.suggesting.suggestions": "the same: what became of it",
    "wenyuan.doors.workbench.home.views.home": "every signed-in member of staff",
    "wenyuan.doors.workbench.home.views.workplace": "every signed-in member of staff",
    "wenyuan.doors.workbench.home.views.switch": "a colleague takes the desk over by badge, which is a sign-in",
    "wenyuan.doors.workbench.home.views.own_password": "every signed-in member of staff",
}
"""Views that declare no act though one must come in as somebody."""


# Borders -------------------------------------------------------------------------------------------------------------


@cache
def house() -> grimp.ImportGraph:
    return grimp.build_graph("wenyuan", cache_dir=None)


def room_of(module: str) -> str | None:
    """``lending.circulation`` for any module of that room."""
    return next((room for room in ROOMS if f"{module}.".startswith(f"wenyuan.{room}.")), None)


def imports_into_rooms() -> Iterator[tuple[str, str]]:
    """Importer and imported, without ``wenyuan.``, where the imported lies in a room that the importer does not."""
    graph = house()
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            if room_of(imported) and room_of(imported) != room_of(importer):
                yield importer.removeprefix("wenyuan."), imported.removeprefix("wenyuan.")


def side_entrance(importer: str, imported: str) -> tuple[str, str] | None:
    return next(
        (pair for pair in SIDE_ENTRANCES if imported == pair[1] and f"{importer}.".startswith(f"{pair[0]}.")), None
    )


def test_every_room_is_known_here_and_installed_in_its_order() -> None:
    installed = [config.name for config in apps.get_app_configs() if room_of(config.name)]
    departments = {room.partition(".")[0] for room in ROOMS}
    folders = {
        f"{department}.{folder.name}"
        for department in departments
        for folder in (PACKAGE / department).iterdir()
        if (folder / "__init__.py").exists()
    }

    assert installed == [f"wenyuan.{room}" for room in ROOMS]
    assert folders == set(ROOMS)


def test_a_room_is_entered_only_by_operations_queries_data_and_seams() -> None:
    wrong = [
        (importer, imported)
        for importer, imported in imports_into_rooms()
        if [*imported.split("."), ""][2] not in ENTRANCES
        and side_entrance(importer, imported) is None
        and not (imported == FOLLOWERS and importer.endswith(".tasks"))
    ]

    assert wrong == []


def test_no_side_entrance_stands_open_for_nobody() -> None:
    used = {side_entrance(importer, imported) for importer, imported in imports_into_rooms()}

    assert set(SIDE_ENTRANCES) - used == set()


def test_a_side_entrance_for_some_names_gives_no_others() -> None:
    taken = {
        (path.stem, alias.name)
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").removeprefix("wenyuan.") in SIDE_NAMES
        for alias in node.names
        if not str(path).startswith(str(PACKAGE / "organisation/journal"))
        and alias.name not in SIDE_NAMES[(node.module or "").removeprefix("wenyuan.")]
    }

    assert taken == set()


def imported_names(tree: ast.Module) -> Iterator[str]:
    """Dotted names of what a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers_of(*prefixes: str) -> set[str]:
    return {
        str(path.relative_to(PACKAGE))
        for path, tree in sources()
        if any(f"{name}.".startswith(f"{prefix}.") for name in imported_names(tree) for prefix in prefixes)
    }


def test_only_the_queue_knows_procrastinate() -> None:
    assert importers_of("procrastinate") == {"plumbing/queue.py"}


def test_what_is_heavy_and_rarely_used_is_not_loaded_at_every_start() -> None:
    """Each process of the house imports every room; what writes Excel files would be a seventh of that."""
    loaded = "import django, sys; django.setup(); print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()

    assert {"openpyxl", "PIL", "docx"} & set(names) == set()


def test_nothing_hangs_on_model_signals() -> None:
    assert importers_of("django.db.models.signals", "django.dispatch") == set()


# Apps, foreign keys, migrations --------------------------------------------------------------------------------------


def own_apps() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if config.name.startswith("wenyuan.")]


@pytest.mark.parametrize("config", own_apps(), ids=lambda config: config.name)
def test_an_app_states_its_label(config: AppConfig) -> None:
    room = config.name.rpartition(".")[2]

    assert vars(type(config)).get("label") == (f"{room}_door" if ".doors." in config.name else room)


def test_doors_have_no_tables() -> None:
    assert [model for config in own_apps() if ".doors." in config.name for model in config.get_models()] == []


def room_models() -> list[type[Model]]:
    return [model for label in LABELS for model in apps.get_app_config(label).get_models()]


def relations() -> Iterator[tuple[str, "Field[Any, Any]"]]:
    for model in room_models():
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.is_relation:
                yield f"{model._meta.label}.{field.name}", field


def owner(model: Any) -> str:
    label: str = model._meta.app_label
    return label


def test_foreign_keys_point_to_the_same_or_a_lower_room_protect_and_have_no_way_back() -> None:
    wrong = [
        name
        for name, field in relations()
        if not isinstance(field, ForeignKey)
        or owner(field.related_model) not in LABELS[: LABELS.index(owner(field.model)) + 1]
        or field.remote_field.on_delete is not PROTECT
        or field.remote_field.related_name != "+"
    ]

    assert wrong == []


def test_a_foreign_key_names_another_room_s_model_as_a_string() -> None:
    wrong = []
    for path, tree in sources():
        if path.name != "models.py":
            continue
        own = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("ForeignKey", "OneToOneField")):
                target = node.args[0]
                named = isinstance(target, ast.Constant) and re.fullmatch(r"[a-z]+\.[A-Za-z]+", str(target.value))
                if not named and ast.unparse(target) not in own:
                    wrong.append((str(path), ast.unparse(node)))

    assert wrong == []


def test_migrations_depend_downward_and_are_named() -> None:
    loader = MigrationLoader(None)
    wrong = []
    for (label, name), migration in loader.disk_migrations.items():
        if label not in LABELS:
            continue
        lower = LABELS[: LABELS.index(label) + 1]
        named = re.fullmatch(r"\d{4}_[a-z][a-z_]+", name) and not re.search(r"auto|initial|alter_|merge", name)
        below = all(needed[0] in lower or needed[0] not in LABELS for needed in migration.dependencies)
        if not named or not below or migration.run_before or migration.replaces:
            wrong.append((label, name))

    assert wrong == []
    assert {label for label, _ in loader.disk_migrations} >= {owner(model) for model in room_models()}


def test_a_room_s_first_migration_makes_its_tables_in_one_step_and_is_its_only_one_before_tag_0_1() -> None:
    migrations = {key: one for key, one in MigrationLoader(None).disk_migrations.items() if key[0] in LABELS}
    steps = {
        label: [type(step).__name__ for step in migration.operations if not isinstance(step, RunSQL | CreateExtension)]
        for (label, _), migration in migrations.items()
    }

    assert {label for label, made in steps.items() if made not in (["TablesAtOnce"], ["CreateModel"])} == set()
    assert set(steps) == {owner(model) for model in room_models()}
    assert {name for _, name in migrations} == {"0001_tables"}


# Seams ---------------------------------------------------------------------------------------------------------------

SEAMS: dict[str, Callable[[], frozenset[str]]] = {
    "network.Branch": network_seams.joined_rooms,
    "patrons.Patron": patron_seams.joined_rooms,
    "catalogue.Bib": bib_seams.joined_rooms,
}


def test_every_room_that_points_to_a_patron_moves_what_hangs_on_one() -> None:
    pointing = {
        owner(field.model)
        for _, field in relations()
        if field.related_model is apps.get_model("patrons.Patron") and owner(field.model) != "patrons"
    }

    assert pointing - patron_seams.moving_rooms() == set()


@pytest.mark.parametrize("asked", SEAMS)
def test_every_room_that_points_to_it_answers_its_seam(asked: str) -> None:
    pointing = {
        owner(field.model)
        for _, field in relations()
        if field.related_model is apps.get_model(asked) and owner(field.model) != asked.partition(".")[0]
    }

    assert pointing - SEAMS[asked]() == set()


# Rights --------------------------------------------------------------------------------------------------------------


def views(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from views(entry, route)


def test_every_page_declares_what_it_needs() -> None:
    found = list(views())
    silent = {dotted(view) for _, view in found if not isinstance(getattr(view, "needs", None), frozenset)}
    odd = {route for route, view in found for act in getattr(view, "needs", ()) if not isinstance(act, Act)}

    assert len(found) > 50
    assert silent == set(VIEWS_WITHOUT_NEEDS)
    assert odd == set()


def test_a_page_that_needs_nothing_is_open_on_purpose() -> None:
    for_all = {
        dotted(view)
        for _, view in views()
        if getattr(view, "needs", None) == frozenset() and not getattr(view, "is_open", False)
    }

    assert for_all == set(VIEWS_FOR_ALL)


def public_functions(label: str) -> Iterator[tuple[str, FunctionType]]:
    """Functions of a room's operations: what ``__all__`` names, or what is written there."""
    name = f"{apps.get_app_config(label).name}.operations"
    if find_spec(name) is None:
        return
    module = import_module(name)
    names = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    ]
    for name in names:
        value = getattr(module, name)
        if inspect.isfunction(value) and not name.startswith("_"):
            yield f"{label}.{name}", value


def test_every_verb_declares_what_it_needs() -> None:
    functions = {name: function for label in LABELS for name, function in public_functions(label)}
    needed = {name: getattr(function, "needs", None) for name, function in functions.items()}

    assert {name for name, acts in needed.items() if acts is None} == set(STEPS)
    assert {name for name, acts in needed.items() if acts == frozenset()} == set(NO_ACT)
    assert [name for name, acts in needed.items() for act in acts or () if not isinstance(act, Act)] == []


@pytest.mark.parametrize("name", [name for label in LABELS for name, _ in public_functions(label)])
def test_a_verb_is_called_by_keywords(name: str) -> None:
    label, _, verb = name.partition(".")
    function = dict(public_functions(label))[name]
    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]

    assert verb in {"record"} or sum(kind is not inspect.Parameter.KEYWORD_ONLY for kind in kinds) <= 1


# No walk across a border by the ORM ----------------------------------------------------------------------------------

FETCHES = {"select_related", "prefetch_related"}
LOOKUPS = set(Field.get_lookups()) | {"pk", "id", "in", "isnull"}


def crossings(model: type[Model], path: str) -> bool:
    """Whether a lookup path of this model reads a field of another room's table."""
    here: Any = model
    for segment in path.lstrip("-").split("__"):
        if here is None or segment in LOOKUPS:
            return False
        if owner(here) != owner(model):
            return True
        try:
            here = here._meta.get_field(segment).related_model
        except FieldDoesNotExist:
            return False
    return False


def lookups(tree: ast.Module) -> Iterator[str]:
    """Keywords and strings of a module that may be lookup paths; what is fetched along counts as one step further."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg and "__" in node.arg:
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.fullmatch(r"-?[a-z_]+__[a-z_]+", node.value):
                yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FETCHES:
            yield from (f"{ast.literal_eval(part)}__any" for part in node.args if isinstance(part, ast.Constant))


@pytest.mark.parametrize("room", ROOMS)
def test_no_query_walks_across_a_room_s_border(room: str) -> None:
    own = list(apps.get_app_config(room.rpartition(".")[2]).get_models())
    folder = PACKAGE / room.replace(".", "/")

    wrong = [
        (path.name, lookup)
        for path, tree in sources()
        if path.is_relative_to(folder) and path.parent.name != "migrations"
        for lookup in lookups(tree)
        if any(crossings(model, lookup) for model in own)
    ]

    assert wrong == []
