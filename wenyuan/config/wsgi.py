"""The WSGI entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenyuan.config.settings")
application = get_wsgi_application()

from wenyuan.config.checks import refuse_what_is_missing  # noqa: E402 - the check needs the apps

refuse_what_is_missing()
