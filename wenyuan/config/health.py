"""Whether this process can answer: for supervisors and proxies."""

from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise; tells nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


healthz.needs = frozenset()  # type: ignore[attr-defined] # read by the house's tests
