"""Pages of this room, at the root."""

from django.urls import path, register_converter

from clinic import views


class PhotoKey:
    """A photo's key, and which of its squares: nothing that leads out of the photos' folder."""

    regex = "[0-9a-f]{32}(?:-128)?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PhotoKey, "photo_key")

page_urlpatterns = [
    path("doctor/profile", views.profile, name="doctor-profile"),
    path("doctor/profile/photo", views.photo, name="doctor-photo"),
    path("photos/<photo_key:key>.webp", views.picture, name="photo"),
]
