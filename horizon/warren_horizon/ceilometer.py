"""Managers for python-ceilometerclient 2.9.0: what Warren's metering API adds to Ceilometer's.

    from ceilometerclient import client
    from warren_horizon.ceilometer import LogsManager, RabbitManager

    cc = client.get_client("2", ...)
    rabbit = RabbitManager(cc.http_client)
    rabbit.list("users", broker="prod")
    rabbit.list("overview", broker="prod")  # a list of one record
    rabbit.list("overviews")                # one record for each broker
    LogsManager(cc.http_client).list(page=2)

Needs python-ceilometerclient (``pip install 'warren-horizon[ceilometer]'``); nothing else of this
package imports this module.
"""

import re
from urllib.parse import urlencode

from ceilometerclient.common import base
from ceilometerclient.v2 import options

#: What may follow ``/v2/rabbit/``: a list's name, and for one object its vhost and name, quoted.
_PATH = re.compile(r"(?!.*(^|/)\.{1,2}(/|\Z))[A-Za-z0-9._~%-]+(/[A-Za-z0-9._~%-]+)*\Z")


class RabbitRecord(base.Resource):
    """A record of RabbitMQ's: its fields are attributes, with RabbitMQ's names."""

    def __repr__(self):
        return "<RabbitRecord %s>" % self._info


class RabbitManager(base.Manager):
    """The lists and objects below ``/v2/rabbit``."""

    resource_class = RabbitRecord

    def list(self, what, broker=None, **params):
        """The records of a list, such as ``users``, ``queues`` or ``overviews``.

        ``overview``, which is one object, comes as a list of one record. ``broker`` names the
        broker; it may be left out where the caller sees one alone. Further arguments
        (``page``, ``page_size``, ``name``, ``use_regex``, ``sort``, ``sort_reverse``, ``vhost``)
        go to the API as they are; with ``page`` the records of that page are returned.
        """
        if not _PATH.match(what):
            raise ValueError(
                "%r is not the name of a list: accepted are names such as 'queues'" % what
            )
        if broker is not None:
            params["broker"] = broker
        path = "/v2/rabbit/%s" % what
        if params:
            path += "?" + urlencode([(name, _text(value)) for name, value in sorted(params.items())])
        if what == "overview":
            return self._list(path, expect_single=True)
        return self._list(path, response_key="items" if "page" in params else None)


class LogLine(base.Resource):
    """A line of the system log: ``id``, ``desc``, ``time``, ``level``, ``source``."""

    def __repr__(self):
        return "<LogLine %s>" % self._info


class LogsManager(base.Manager):
    """The system log, newest line first, 20 lines a page."""

    resource_class = LogLine

    def list(self, page=1, q=None):
        """The lines of a page. ``q`` is a query as other managers take it, by ``level`` or ``source``."""
        q = [*(q or []), {"field": "page", "op": "eq", "value": str(page)}]
        return self._list(options.build_url("/v2/logs", q))

    def iterate(self, q=None):
        """Every line, page after page. Lines that come meanwhile are not repeated."""
        seen = None
        page = 1
        while True:
            lines = self.list(page, q)
            # Newer lines push older ones on to the next page.
            fresh = [line for line in lines if seen is None or line.id < seen]
            if not lines:
                return
            for line in fresh:
                seen = line.id
                yield line
            page += 1


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
