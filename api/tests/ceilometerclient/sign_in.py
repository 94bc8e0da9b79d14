"""Signs in by the library python-ceilometerclient at the address it is called with."""

import sys
import warnings

warnings.simplefilter("ignore")

from ceilometerclient import client  # noqa: E402

cc = client.get_client(
    "2", os_auth_url=sys.argv[1], os_username="guest", os_password="guest", os_tenant_name="warren"
)
assert isinstance(cc.meters.list(limit=1), list)
