"""API addresses, mounted under /api/v1/ and /api/; those at the root; the page of the demo checkout."""

from django.urls import URLPattern, path

from appointments.payments import api, views

urlpatterns: list[URLPattern] = [
    path("payments", api.PaymentsView.as_view(), name="payments"),
    path("payments/<str:payment_id>/status", api.PaymentStatusView.as_view(), name="payment-status"),
]

root_urlpatterns: list[URLPattern] = [
    path("confirm-pay", api.ConfirmPayView.as_view(), name="confirm-pay"),
]

# Only where settings.DEMO is true; the page itself looks again.
demo_urlpatterns: list[URLPattern] = [
    path("demo/checkout/<uuid:payment_id>", views.demo_checkout, name="demo-checkout"),
]
