"""`/verify`: whoever holds a prescription checks that it is real. Open to all, also without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from records.check_codes import read, spelled
from records.verifying import verify
from vitas.common.errors import TooMany
from vitas.common.pages import page


@never_cache
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The form; `?code=` as typed from paper leads to the answer."""
    typed = request.GET.get("code", "").strip()
    code = read(typed)
    if code:
        return redirect("verify", code=spelled(code))
    return page(request, "records/verify.html", {"typed": typed, "unreadable": bool(typed)})


@never_cache
@require_safe
def verified(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = verify(code)
    except TooMany as refusal:
        answer = page(
            request, "records/verify.html", {"typed": code, "refusal": refusal.message}, status=refusal.status
        )
        answer["Retry-After"] = str(refusal.retry_after or 60)
        return answer
    context = {"typed": code, "found": found, "unknown": found is None, "code": spelled(found.code) if found else ""}
    return page(request, "records/verify.html", context, status=200 if found else 404)
