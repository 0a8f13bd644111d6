from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "appointments.payments"
    label = "payments"
