"""The doctor's own profile with its photo, and the photos that everybody sees."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import photos
from clinic import profile as profiles
from clinic.models import Doctor
from clinic.pages import for_doctors
from vitas.common import limits
from vitas.common.errors import Invalid, NotFound, Refused, TooMany
from vitas.common.page_forms import PageForm
from vitas.common.pages import page
from vitas.common.seen import SavedMeanwhile, SeenField, see_anew, seen_of
from vitas.common.uploads import was_too_large

_PHOTOS_AN_HOUR: Final = 20  # each is a second's work
_YEAR: Final = 365 * 24 * 60 * 60  # seconds


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4}), **given)

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ProfileForm(PageForm):
    seen = SeenField()
    bio = forms.CharField(
        label=_("About you"),
        required=False,
        max_length=4000,
        help_text=_("What patients read first. Two or three sentences are enough."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    phone = forms.CharField(
        label=_("Phone for patients"),
        required=False,
        max_length=20,
        help_text=_("Without one, the clinic's is shown."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    languages = LinesField(label=_("Languages you speak"), help_text=_("One a line. Patients filter by them."))
    insurances = LinesField(label=_("Insurances you take"), help_text=_("One a line. Patients filter by them."))
    services = LinesField(label=_("What you offer"), help_text=_("One a line, such as a check-up or an ECG."))
    specialties = LinesField(label=_("Specialties, in your words"), help_text=_("One a line."))
    certifications = LinesField(label=_("Certificates"), help_text=_("One a line."))
    education = forms.CharField(
        label=_("Education"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    years_of_experience = forms.IntegerField(
        label=_("Years of experience"),
        required=False,
        min_value=0,
        max_value=80,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class PhotoForm(PageForm):
    """The type that the browser names is not believed; telephones turn their own formats into one of these."""

    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 8 MB. It is cut to a square."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


@for_doctors
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    doctor = profiles.own(request.actor)  # type: ignore[attr-defined]
    form = _profile_form(doctor, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        seen = given.pop("seen")
        try:
            profiles.change(profiles.Profile(**given), by=request.actor, seen=seen)  # type: ignore[attr-defined]
            messages.success(request, gettext("Your profile is saved. Patients see it at once."))
            return redirect("doctor-profile")
        except SavedMeanwhile as refusal:
            form.refuse(refusal)
            see_anew(form, seen_of(profiles.of(profiles.own(request.actor))))  # type: ignore[attr-defined]
            return _profile_page(request, doctor, status=refusal.status, form=form)
        except Refused as refusal:
            form.refuse(refusal)
    if form.errors:
        status = 422
    return _profile_page(request, doctor, status=status, form=form)


@for_doctors
@require_POST
def photo(request: HttpRequest) -> HttpResponse:
    """A new photo, or with `remove` none."""
    actor = request.actor  # type: ignore[attr-defined]
    doctor = profiles.own(actor)
    form = PhotoForm(request.POST, request.FILES)
    try:
        if "remove" in request.POST:
            photos.remove(doctor_id=doctor.pk, by=actor)
            messages.success(request, gettext("The photo is removed."))
            return redirect("doctor-profile")
        _take_photo(request, doctor)
        messages.success(request, gettext("Your photo is changed."))
        return redirect("doctor-profile")
    except Refused as refusal:
        form.is_valid()
        form.refuse(refusal)
        status = 422 if refusal.status == 400 else refusal.status
    return _profile_page(request, doctor, status=status, form=_profile_form(doctor), photo_form=form)


@require_safe
def picture(request: HttpRequest, key: str) -> HttpResponse:
    """Public, and the same for ever: another photo has another address."""
    try:
        content = photos.read(key)
    except NotFound:
        raise Http404 from None
    response = HttpResponse(content, content_type="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # other front ends show it too
    return response


def _take_photo(request: HttpRequest, doctor: Doctor) -> None:
    if was_too_large(request):
        raise Invalid.field("photo", gettext("The file is larger than 8 MB. Choose a smaller photo."))
    upload = request.FILES.get("photo")
    if upload is None or not upload.size:
        raise Invalid.field("photo", gettext("Choose a photo first."))
    counted = limits.count(f"photo:{doctor.pk}", limit=_PHOTOS_AN_HOUR, window=3600)
    if counted is not None and counted.over:
        raise TooMany(gettext("Too many photos within an hour. Try again later."), retry_after=counted.seconds)
    photos.put(doctor_id=doctor.pk, upload=upload, size=upload.size, by=request.actor)  # type: ignore[attr-defined]


def _profile_form(doctor: Doctor, sent: Any = None) -> ProfileForm:
    now = profiles.of(doctor)
    return ProfileForm(sent, initial={**now, "seen": seen_of(now)})


def _profile_page(request: HttpRequest, doctor: Doctor, *, status: int, **forms_: Any) -> HttpResponse:
    place = doctor.places.filter(listed=True).primary_first().first()
    context = {
        "doctor": doctor,
        "edit_lock": f"doctor:{doctor.pk}",
        "photo_form": PhotoForm(),
        "public_address": reverse("times", args=[place.pk]) if place else "",
        **forms_,
    }
    return page(request, "clinic/profile.html", context, status=status)
