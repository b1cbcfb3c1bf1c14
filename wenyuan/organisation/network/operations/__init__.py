"""Verbs of the network: tree, areas and service points, calendar, lending groups, first branches from a sheet."""

from wenyuan.organisation.network.operations.calendar import (
    declare_closure,
    end_closure,
    set_day_exception,
    set_weekly_hours,
    withdraw_closure,
    withdraw_day_exception,
)
from wenyuan.organisation.network.operations.groups import create_lending_group, join_group, leave_group
from wenyuan.organisation.network.operations.loading import load_branch_sheet, open_first_branches
from wenyuan.organisation.network.operations.places import add_area, add_service_point, close_service_point
from wenyuan.organisation.network.operations.tree import (
    close_branch,
    describe_branch,
    describe_library,
    enter_library,
    found_library,
    move_branch,
    open_branch,
    rename_branch,
)
from wenyuan.organisation.network.sheet import (
    MOST_BYTES,
    BranchRow,
    SheetFault,
    SheetRefused,
    central_branch,
    read_branch_sheet,
)

__all__ = [
    "MOST_BYTES",
    "BranchRow",
    "SheetFault",
    "SheetRefused",
    "add_area",
    "add_service_point",
    "central_branch",
    "close_branch",
    "close_service_point",
    "create_lending_group",
    "declare_closure",
    "describe_branch",
    "describe_library",
    "end_closure",
    "enter_library",
    "found_library",
    "join_group",
    "leave_group",
    "load_branch_sheet",
    "move_branch",
    "open_branch",
    "open_first_branches",
    "read_branch_sheet",
    "rename_branch",
    "set_day_exception",
    "set_weekly_hours",
    "withdraw_closure",
    "withdraw_day_exception",
]
