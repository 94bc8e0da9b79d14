"""Settings of a private Horizon: Debian's own, without /etc/openstack-dashboard."""

import os
import secrets
import sys
import types

_folder = os.path.dirname(os.path.abspath(__file__))
_handler = {"class": "logging.StreamHandler"}
_logger = {"handlers": ["errors"], "propagate": False}

# Stands in for local_settings.py.
_local = types.ModuleType("local.local_settings")
_local.__dict__.update(
    LOCAL_PATH=_folder,
    SECRET_KEY=secrets.token_hex(32),
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    OPENSTACK_HOST="127.0.0.1",
    OPENSTACK_KEYSTONE_URL=os.environ["PRIVATE_KEYSTONE_URL"],
    # Cookies know no ports: ours must not meet those of another service on loopback.
    SESSION_COOKIE_NAME="horizon_session",
    CSRF_COOKIE_NAME="horizon_csrf",
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"errors": _handler},
        "loggers": {"django": dict(_logger, level="INFO")},
        "root": {"handlers": ["errors"], "level": "WARNING"},
    },
    WARREN_URL=os.environ["PRIVATE_WARREN_URL"],
)
sys.modules["local.local_settings"] = _local

import openstack_dashboard.local.enabled as _enabled  # noqa: E402

import warren_horizon.enabled as _plugin  # noqa: E402

for _path in _plugin.__path__:
    _enabled.__path__.append(_path)

from openstack_dashboard.settings import *  # noqa: E402,F401,F403
