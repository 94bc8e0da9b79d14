"""Managers for what the metering API adds: an operator's own, and those of the Horizon package.

Called with the address to sign in at. Ends with an assertion where an answer is not what a manager
is to read.
"""

import sys
import warnings

warnings.simplefilter("ignore")

from ceilometerclient import client  # noqa: E402
from ceilometerclient.common import base  # noqa: E402

from warren_horizon.ceilometer import LogsManager, RabbitManager  # noqa: E402


class Record(base.Resource):
    pass


class OwnManager(base.Manager):
    """As an operator wrote it."""

    resource_class = Record

    def list(self, q):
        return self._list("/v2/rabbit/%s" % q)


def own_manager(api):
    manager = OwnManager(api)
    assert "guest" in [user.name for user in manager.list("users")]
    (overview,) = manager.list("overviews")
    assert overview.broker == "prod", overview.to_dict()
    assert overview.state == "ok", overview.to_dict()
    assert overview.rabbitmq_version.startswith("3."), overview.to_dict()
    assert overview.object_totals["queues"] >= 0, overview.to_dict()


def rabbit_manager(api):
    manager = RabbitManager(api)
    users = manager.list("users")
    assert [(user.name, user.tags) for user in users if user.name == "guest"] == [
        ("guest", ["administrator"])
    ], users
    (overview,) = manager.list("overview")
    assert overview.rabbitmq_version.startswith("3."), overview
    (named,) = manager.list("overview", broker="prod")
    assert named.cluster_name == overview.cluster_name
    assert [overview.broker for overview in manager.list("overviews")] == ["prod"]
    assert isinstance(manager.list("queues"), list)
    names = [exchange.name for exchange in manager.list("exchanges")]
    page = manager.list("exchanges", page=1, page_size=2, sort="name", sort_reverse=True)
    assert [exchange.name for exchange in page] == sorted(names, reverse=True)[:2], (page, names)
    try:
        manager.list("queues", broker="nowhere")
    except Exception as error:
        assert "404" in str(error) or type(error).__name__ == "HTTPNotFound", error
    else:
        raise AssertionError("there is no such broker")
    for what in ["", "/users", "users?broker=prod", "../meters"]:
        try:
            manager.list(what)
        except ValueError:
            continue
        raise AssertionError("%r is the name of a list" % what)


def logs_manager(api):
    manager = LogsManager(api)
    first = manager.list()
    assert first, "the log has lines"
    assert all(line.desc and line.time and line.level for line in first), first
    every = [line.id for line in manager.iterate()]
    assert every[: len(first)] == [line.id for line in first] or every[0] > first[0].id, every
    assert every == sorted(set(every), reverse=True), every
    errors = manager.list(q=[{"field": "level", "op": "eq", "value": "error"}])
    assert {line.level for line in errors} <= {"error"}, errors
    assert manager.list(page=1000) == []


api = client.get_client(
    "2", os_auth_url=sys.argv[1], os_username="guest", os_password="guest", os_tenant_name="warren"
).http_client
own_manager(api)
rabbit_manager(api)
logs_manager(api)
