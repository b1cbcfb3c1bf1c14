"""Pages that belong to no room: the look of pages, the guide to components, and what is said when something fails."""

from datetime import date
from http import HTTPStatus

from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb, Place
from wenyuan.doors.furniture.preferences import COOKIE_AGE, COOKIE_NAME, Preferences

# Shown only when even the page for failures cannot be drawn, for instance before the front end is built.
_LAST_RESORT = (
    '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>500</title>'
    "<h1>系统出错了</h1><p>请稍后再试，或告诉图书馆工作人员。</p>"
    "<p lang=en>Something went wrong on our side. Please try again later, or tell the library staff.</p></html>"
)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the look asked for in a cookie and go back to the page it was asked from."""
    kept = Preferences.from_cookie(request.COOKIES.get(COOKIE_NAME))
    chosen = Preferences.from_fields(request.POST.dict(), otherwise=kept)
    response = HttpResponseRedirect(_way_back(request))
    response.set_cookie(
        COOKIE_NAME,
        chosen.as_cookie(),
        max_age=COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _way_back(request: HttpRequest) -> str:
    """The path the form names, if it is on this host; a stranger's address leads home instead."""
    path = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return path if path and safe else "/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, status=HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, status=HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(request, status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return _failure(request, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page had been open too long, or was sent from elsewhere (setting ``CSRF_FAILURE_VIEW``)."""
    return _failure(request, status=HTTPStatus.FORBIDDEN, template="furniture/403_csrf.html")


def _failure(request: HttpRequest, *, status: HTTPStatus, template: str = "") -> HttpResponse:
    """Render without context processors, which may be what failed."""
    context = {
        "door": "workbench" if request.path.startswith("/workbench") else "portal",
        "look": Preferences.from_cookie(request.COOKIES.get(COOKIE_NAME)),
        "home_url": "/workbench/" if request.path.startswith("/workbench") else "/",
        "path": request.path,
    }
    try:
        page: str = render_to_string(template or f"furniture/{status.value}.html", context)
    except ImproperlyConfigured:
        page = _LAST_RESORT
    return HttpResponse(page, status=status)


class _GuideForm(forms.Form):
    """One field of every kind, filled wrongly, so that the guide shows how errors look."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the identity card."))
    phone = forms.CharField(label=_("Phone"), required=False)
    barcode = forms.RegexField(
        r"^\d{10}$",
        label=_("Barcode"),
        help_text=_("Ten digits."),
        error_messages={"invalid": _("A barcode has ten digits. Scan it again, or type it from the label.")},
    )
    branch = forms.ChoiceField(label=_("Branch"), choices=[("c", "总馆"), ("k", "少儿分馆")])
    kind = forms.ChoiceField(
        label=_("Kind of card"), choices=[("a", "普通证"), ("k", "少儿证")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label=_("The guardian has agreed in writing"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, in demos and while developing only."""
    if not (settings.DEBUG or getattr(settings, "WENYUAN_DEMO", False)):
        raise Http404
    door = "portal" if request.GET.get("door") == "portal" else "workbench"
    labels = ["流通", "读者", "馆藏", "编目", "活动", "数据"]
    icons = ["barcode", "person", "book", "edit", "calendar", "chart"]
    places = tuple(
        Place(label=label, url=f"#{icon}", icon=icon, current=not index)
        for index, (label, icon) in enumerate(zip(labels, icons, strict=True))
    )
    context = {
        "shell": f"furniture/{door}.html",
        "door": door,
        "nav": places,
        "tabs": places[:5],
        "crumbs": [Crumb(label=gettext("Home"), url="#"), Crumb(label=gettext("Guide to components"))],
        "library_name": "鹿鸣区图书馆",
        "place_name": "总馆 一楼总服务台",
        "operator_name": "王芳",
        "today": date(2026, 4, 25),
        "form": _GuideForm({"barcode": "2300", "kind": "a", "branch": "c"}),
        "page": Paginator(range(200), 20).page(3),
        "titles": [
            ("红楼梦", "曹雪芹", "I", ""),
            ("万历十五年", "黄仁宇", "K", ""),
            ("额尔古纳河右岸", "迟子建", "I", ""),
            ("时间简史", "霍金", "P", ""),
            ("The Old Man and the Sea", "Hemingway", "I", ""),
            ("我的第一本昆虫记", "法布尔", "Q", "child"),
            ("鹿鸣县志", "", "K", "local"),
            ("美的历程", "李泽厚", "J", ""),
        ],
        "shapes": ["in", "out", "soon", "stop", "way", "kept", "done", "none"],
    }
    return render(request, "furniture/guide.html", context)
