"""What frost_sta_client (PyPI) makes of the server: `frost.py SERVICE_ADDRESS`.

Each check is a sentence; the first that fails ends the run with its traceback.
"""

import sys
from datetime import datetime, timezone

import frost_sta_client as fsc
from geojson import Point

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
service = fsc.SensorThingsService(sys.argv[1])


class Units(list):
    """The client (1.1.53) asks the list of units for its state, which a plain list does not have."""

    def __getstate__(self):
        return [unit.__getstate__() for unit in self]


def at(minute):
    return datetime(2026, 11, 1, 5, minute, tzinfo=timezone.utc)


def unit():
    return fsc.UnitOfMeasurement(name="mét", symbol="m", definition="ucum:m")


def check_a_thing_is_made_with_what_stands_in_it():
    location = fsc.Location(
        name="Cầu Kỳ Phú", description="", encoding_type="application/geo+json",
        location=Point((108.49, 15.57)),
    )
    sensor = fsc.Sensor(name="Ra-đa", description="", encoding_type="text/html", metadata="x")
    level = fsc.ObservedProperty(name="Mực nước", definition="https://x.example/level", description="")
    stream = fsc.Datastream(
        name="Mực nước", description="Mỗi phút", observation_type=MEASUREMENT,
        unit_of_measurement=unit(), sensor=sensor, observed_property=level,
    )
    thing = fsc.Thing(name="Trạm Tam Kỳ", description="Trạm thuỷ văn", properties={"mã": 7})
    thing.locations = fsc.EntityList(entity_class="frost_sta_client.model.location.Location", entities=[location])
    thing.datastreams = fsc.EntityList(
        entity_class="frost_sta_client.model.datastream.Datastream", entities=[stream]
    )
    service.create(thing)
    assert isinstance(thing.id, int)
    found = service.things().find(thing.id)
    assert (found.name, found.properties) == ("Trạm Tam Kỳ", {"mã": 7})
    return thing.id


def check_ways_are_followed_and_expanded(thing_id):
    thing = service.things().query().filter(f"id eq {thing_id}").expand(
        "Datastreams($expand=Sensor,ObservedProperty),Locations").list().entities[0]
    stream = thing.datastreams.entities[0]
    assert stream.sensor.name == "Ra-đa"
    assert stream.unit_of_measurement.symbol == "m"
    assert thing.locations.entities[0].location["coordinates"] == [108.49, 15.57]
    streams = service.things().find(thing_id).get_datastreams().query().list()
    assert [it.id for it in streams] == [stream.id]
    return stream.id


def check_observations_are_sent_read_and_paged(stream_id):
    stream = fsc.Datastream(id=stream_id)
    for minute in range(7):
        new = fsc.Observation(result=minute / 2, phenomenon_time=at(minute), datastream=stream)
        service.create(new)
        assert isinstance(new.id, int)
    found = service.datastreams().find(stream_id)
    observations = found.get_observations().query().orderby("phenomenonTime", "DESC").top(3).count().list()
    assert observations.count == 7
    results = [it.result for it in observations]
    assert results == [3, 2.5, 2, 1.5, 1, 0.5, 0], results
    some = found.get_observations().query().filter("result gt 2 and phenomenonTime lt 2026-11-01T05:06:00Z").list()
    assert [it.result for it in some] == [2.5]
    assert found.phenomenon_time.startswith("2026-11-01T05:00:00"), found.phenomenon_time
    return observations.entities[0].id


def check_a_data_array_is_taken(stream_id):
    stream = fsc.Datastream(id=stream_id)
    rows = fsc.model.ext.data_array_value.DataArrayValue()
    columns = fsc.model.ext.data_array_value.DataArrayValue.Property
    rows.components = [columns.PHENOMENON_TIME, columns.RESULT]
    rows.datastream = stream
    for minute in (20, 21):
        rows.add_observation(fsc.Observation(result=minute, phenomenon_time=at(minute), datastream=stream))
    table = fsc.model.ext.data_array_document.DataArrayDocument()
    table.add_data_array_value(rows)
    made = service.observations().create(table)
    assert len(made) == 2


def check_entities_are_changed_by_patch_put_and_json_patch(thing_id, observation_id):
    thing = service.things().find(thing_id)
    service.patch(thing, [{"op": "replace", "path": "/properties/mã", "value": 8}])
    assert service.things().find(thing_id).properties == {"mã": 8}
    thing = service.things().find(thing_id)
    thing.description = "Đã sửa"
    service.update(thing)
    assert service.things().find(thing_id).description == "Đã sửa"
    observation = service.observations().find(observation_id)
    service.patch(observation, [{"op": "replace", "path": "/result", "value": 99}])
    assert service.observations().find(observation_id).result == 99


def check_a_multi_datastream_takes_results_of_several_parts(thing_id):
    properties = []
    for name in ("Nhiệt độ", "Độ ẩm"):
        new = fsc.ObservedProperty(name=name, definition="https://x.example/" + name, description="")
        service.create(new)
        properties.append(new)
    sensor = fsc.Sensor(name="Trạm", description="", encoding_type="text/html", metadata="x")
    service.create(sensor)
    stream = fsc.MultiDatastream(
        name="Khí tượng", description="", unit_of_measurements=Units([unit(), unit()]),
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation",
        multi_observation_data_types=[MEASUREMENT, MEASUREMENT],
        thing=fsc.Thing(id=thing_id), sensor=fsc.Sensor(id=sensor.id),
    )
    stream.observed_properties = fsc.EntityList(
        entity_class="frost_sta_client.model.observedproperty.ObservedProperty",
        entities=[fsc.ObservedProperty(id=it.id) for it in properties],
    )
    service.create(stream)
    new = fsc.Observation(result=[28.5, 80], phenomenon_time=at(0), multi_datastream=fsc.MultiDatastream(id=stream.id))
    service.create(new)
    assert service.observations().find(new.id).result == [28.5, 80]
    service.delete(fsc.MultiDatastream(id=stream.id))


def check_what_is_removed_is_gone(thing_id, stream_id):
    service.delete(service.things().find(thing_id))
    for what, id in (("things", thing_id), ("datastreams", stream_id)):
        try:
            getattr(service, what)().find(id)
        except Exception as error:
            assert "404" in str(error), error
        else:
            raise AssertionError(f"{what}({id}) is still there")


thing_id = check_a_thing_is_made_with_what_stands_in_it()
stream_id = check_ways_are_followed_and_expanded(thing_id)
observation_id = check_observations_are_sent_read_and_paged(stream_id)
check_a_data_array_is_taken(stream_id)
check_entities_are_changed_by_patch_put_and_json_patch(thing_id, observation_id)
check_a_multi_datastream_takes_results_of_several_parts(thing_id)
check_what_is_removed_is_gone(thing_id, stream_id)
print("frost_sta_client: every check holds")
