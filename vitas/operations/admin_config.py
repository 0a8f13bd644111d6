"""Django's admin with a site of ours, on which every `admin.py` registers."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default = False  # of this folder's two, the settings name which they mean
    default_site = "vitas.operations.admin_site.StaffSite"
