"""A program for tests: it speaks JSON to the REST door of this process."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any

from django.test import Client

from wenyuan.organisation.accounts.data import API_ACTS
from wenyuan.organisation.accounts.models import Account, ApiToken, Machine
from wenyuan.organisation.accounts.operations import issue_api_token
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator

ROOT = "/api/v1"


class Answer:
    """An answer taken apart. ``codes`` are those of a refusal's blocks, in their order."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.cookies = response.cookies
        self.text: str = response.content.decode()
        self.json: Any = json.loads(self.text) if self.text else None

    @property
    def code(self) -> str:
        """The problem's code, which only an answer of its own media type has."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["code"])

    @property
    def codes(self) -> list[str]:
        return [block["code"] for block in self.json["blocks"]]


class Api:
    """One holder of a token. ``headers`` go with each request."""

    def __init__(self, token: str | None, **headers: str) -> None:
        self.client = Client()
        self.headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **headers}

    def get(self, path: str, **headers: str) -> Answer:
        where = path if path.startswith(ROOT) else ROOT + path
        return Answer(self.client.get(where, headers={**self.headers, **headers}))

    def post(self, path: str, body: object, **headers: str) -> Answer:
        return self.send(path, json.dumps(body).encode(), **headers)

    def patch(self, path: str, body: object, **headers: str) -> Answer:
        return self.send(path, json.dumps(body).encode(), method="PATCH", **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return Answer(self.client.delete(ROOT + path, headers={**self.headers, **headers}))

    def send(
        self, path: str, body: bytes, *, method: str = "POST", content_type: str = "application/json", **headers: str
    ) -> Answer:
        """A body as it is."""
        return Answer(
            self.client.generic(
                method, ROOT + path, body, content_type=content_type, headers={**self.headers, **headers}
            )
        )


def make_token(
    username: str,
    *,
    acts: Collection[Act] = API_ACTS,
    branch_ids: Collection[int] = (),
    name: str = "",
    valid_to: date = date(2027, 1, 1),
) -> str:
    """A token of the machine with this user name, by the verb; good in the town of ``sip2_town``."""
    from tests.doors.sip2_town import TUESDAY_TEN

    machine = Machine.objects.get(account__username=username)
    system = Operator(
        Account.objects.get_or_create(username="system", defaults={"name": "system"})[0].id,
        "system",
        everywhere=frozenset({Act.MANAGE_ACCOUNTS}),
    )
    issued = issue_api_token(
        account_id=machine.account_id,
        name=name or f"token {ApiToken.objects.count()}",
        acts=acts,
        branch_ids=branch_ids,
        valid_to=valid_to,
        at=TUESDAY_TEN,
        desk=Desk(operator=system, branch_id=machine.branch_id, door=Door.CLI),
    )
    return issued.secret
