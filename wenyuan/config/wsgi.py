"""The WSGI entry that granian serves."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from wenyuan.plumbing.starting import loaded_for_good

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenyuan.config.settings")
with loaded_for_good():
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # and so every page's module, before the first reader waits for it

from wenyuan.config.checks import refuse_what_is_missing

refuse_what_is_missing()
