"""The panel's place in Horizon's navigation."""

from django.utils.translation import gettext_lazy as _

import horizon


class MessageQueues(horizon.Panel):
    name = _("Message Queues")
    slug = "message_queues"
    # Who is not an administrator does not find it, and gets 403 at its address. What an
    # administrator then sees is decided by Warren, for the token that comes with each request.
    permissions = ("openstack.roles.admin",)
    urls = "warren_horizon.urls"
