"""The door itself: where to go, and what the token shown may do."""

from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router

from wenyuan.doors.api.access import ApplicationToken, call_of
from wenyuan.doors.api.answers import branch_told
from wenyuan.doors.api.schemas import TokenTold

router = Router(tags=["door"])


@router.get("/token", auth=ApplicationToken(), response=TokenTold, summary=cast(str, _("See what this token may do")))
def token(request: HttpRequest) -> TokenTold:
    """Today's rights of the account as far as the token lets them through."""
    call = call_of(request)
    operator, network = call.desk.operator, call.network
    held = {
        network.branches[branch_id].code: sorted(act.value for act in acts)
        for branch_id, acts in operator.at_branches.items()
        if acts
    }
    return TokenTold(
        name=call.caller.token_name,
        account=call.caller.username,
        branch=branch_told(call, call.caller.branch_id),
        valid_to=call.caller.valid_to,
        everywhere=sorted(act.value for act in operator.everywhere),
        branches=dict(sorted(held.items())),
    )
