"""Verbs of the network: tree, areas and service points, calendar, closures, lending groups, branches from a sheet."""

from wenyuan.organisation.network.operations.announcements import announce, announce_closure
from wenyuan.organisation.network.operations.calendar import (
    set_day_exception,
    set_weekly_hours,
    withdraw_day_exception,
)
from wenyuan.organisation.network.operations.closures import (
    MOST_A_DAY,
    declare_closure,
    discard_closure,
    draft_closure,
    end_closure,
    end_notice,
    roll_horizons,
    set_spreads,
    sign_closure,
    withdraw_closure,
    withdraw_notice,
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
    "MOST_A_DAY",
    "MOST_BYTES",
    "BranchRow",
    "SheetFault",
    "SheetRefused",
    "add_area",
    "add_service_point",
    "announce",
    "announce_closure",
    "central_branch",
    "close_branch",
    "close_service_point",
    "create_lending_group",
    "declare_closure",
    "describe_branch",
    "describe_library",
    "discard_closure",
    "draft_closure",
    "end_closure",
    "end_notice",
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
    "roll_horizons",
    "set_day_exception",
    "set_spreads",
    "set_weekly_hours",
    "sign_closure",
    "withdraw_closure",
    "withdraw_day_exception",
    "withdraw_notice",
]
