from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vitas.accounts"
    label = "accounts"
