"""Asks the metering API by the library python-ceilometerclient, as programs of its time do.

Called with the address to sign in at. Ends with an assertion where an answer is not what the library
is to read.
"""

import sys
import warnings

warnings.simplefilter("ignore")

from ceilometerclient import client, exc  # noqa: E402
from ceilometerclient.apiclient import exceptions  # noqa: E402

PROJECT = "warren"


def signed_in(auth_url):
    return client.get_client(
        "2", os_auth_url=auth_url, os_username="guest", os_password="guest", os_tenant_name=PROJECT
    )


def query(**terms):
    return [{"field": field, "op": op, "value": value} for field, (op, value) in terms.items()]


def posting(cc):
    for hour in range(4):
        created = cc.samples.create(
            counter_name="library.meter",
            counter_type="gauge",
            counter_unit="B",
            counter_volume=hour,
            resource_id="library/%d" % (hour % 2),
            timestamp="2015-01-01T%02d:00:00" % hour,
            resource_metadata={"display_name": "rabbit", "a.b.c": None},
        )
        assert created[0].counter_volume == float(hour), created
        assert created[0].message_id, created
    return created[0].message_id


def reading(cc, newest):
    samples = cc.samples.list(meter_name="library.meter", limit=3)
    assert [sample.counter_volume for sample in samples] == [3.0, 2.0, 1.0], samples
    assert samples[0].resource_metadata == {"display_name": "rabbit", "a.b:c": "None"}, samples

    later = [
        {"field": "timestamp", "op": "ge", "value": "2015-01-01T02:00:00"},
        {"field": "metadata.display_name", "op": "eq", "value": "rabbit", "type": "string"},
    ]
    assert len(cc.samples.list(meter_name="library.meter", q=later)) == 2
    assert len(cc.new_samples.list(q=query(meter=("eq", "library.meter")))) == 4
    assert cc.new_samples.get(newest).volume == 3.0

    meters = cc.meters.list(q=query(resource=("eq", "library/1")))
    assert [meter.name for meter in meters] == ["library.meter"], meters
    unique = [meter.name for meter in cc.meters.list(unique=True, limit=1000)]
    assert unique.count("library.meter") == 1, unique


def summing_up(cc):
    (row,) = cc.statistics.list("library.meter")
    assert (row.min, row.max, row.sum, row.count, row.duration) == (0.0, 3.0, 6.0, 4, 10800.0), row
    rows = cc.statistics.list(
        "library.meter",
        period=7200,
        groupby=["resource_id"],
        aggregates=[{"func": "max"}, {"func": "cardinality", "param": "resource_id"}],
    )
    assert len(rows) == 4, rows
    assert rows[0].groupby == {"resource_id": "library/0"}, rows
    assert rows[0].aggregate == {"max": 0.0, "cardinality/resource_id": 1.0}, rows
    assert cc.statistics.list("no.such.meter") == []


def resources(cc):
    resource = cc.resources.get("library/1")
    assert resource.id == "library/1", resource
    assert [link["rel"] for link in resource.links] == ["self", "library.meter"], resource
    listed = cc.resources.list(q=query(resource=("eq", "library/1")), links=False)
    assert [len(resource.links) for resource in listed] == [1], listed


def complex_queries(cc):
    found = cc.query_samples.query(
        filter='{"and": [{"=": {"meter": "library.meter"}}, {">": {"volume": 0}}]}',
        orderby='[{"volume": "asc"}]',
        limit=2,
    )
    assert [sample.volume for sample in found] == [1.0, 2.0], found


def events(cc):
    (event,) = cc.events.list(q=query(event_type=("eq", "warren.signin.succeeded")), limit=1)
    traits = {trait["name"]: (trait["type"], trait["value"]) for trait in event.traits}
    assert traits["severity"] == ("string", "info"), traits
    assert traits["id"] == ("integer", event.message_id), traits
    assert event.raw["source"] == "identity", event.raw
    assert cc.events.get(event.message_id).generated == event.generated
    later = [{"field": "id", "op": "gt", "type": "integer", "value": event.message_id}]
    assert event.message_id not in [found.message_id for found in cc.events.list(q=later)]
    types = [found.event_type for found in cc.event_types.list()]
    assert "rabbitmq.broker.up" in types and types == sorted(types), types
    described = [(found.name, found.type) for found in cc.trait_descriptions.list("rabbitmq.broker.up")]
    assert described == [
        ("broker", "string"),
        ("severity", "string"),
        ("source", "string"),
        ("id", "integer"),
    ], described
    brokers = cc.traits.list("rabbitmq.broker.up", "broker")
    assert {broker.value for broker in brokers} == {"prod"}, brokers
    assert cc.traits.list("no.such.type", "broker") == []


def refusals(cc):
    for ask, status, words in [
        (lambda: cc.samples.list(meter_name="m", q=query(harpoon=("eq", "1"))), 400, "unrecognized field"),
        (lambda: cc.samples.list(meter_name="m", limit=-1), 400, "Limit must be positive"),
        (
            lambda: cc.events.list(q=query(event_type=("ne", "x"))),
            400,
            "Only `eq' operator is available for field event_type",
        ),
        (
            lambda: cc.statistics.list("m", aggregates=[{"func": "harpoon"}]),
            400,
            "Invalid aggregation function: harpoon",
        ),
    ]:
        try:
            ask()
        except exceptions.HttpError as error:
            assert error.http_status == status, error
            assert words in str(error), error
        else:
            raise AssertionError("answered, not refused: %s" % words)
    # Of what is not there the library keeps no words.
    for ask in [lambda: cc.resources.get("no/such"), lambda: cc.new_samples.get("none"), lambda: cc.events.get("none")]:
        try:
            ask()
        except exc.HTTPNotFound:
            continue
        raise AssertionError("found")


def main(auth_url):
    cc = signed_in(auth_url)
    newest = posting(cc)
    reading(cc, newest)
    summing_up(cc)
    resources(cc)
    complex_queries(cc)
    events(cc)
    refusals(cc)
    assert cc.capabilities.get().api["samples:query:complex"] is True


main(sys.argv[1])
