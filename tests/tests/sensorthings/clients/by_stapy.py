"""What stapy (PyPI) makes of the server: `by_stapy.py SERVICE_ADDRESS`, in a folder of its own (stapy
keeps its settings in the present folder)."""

import sys

import requests
from stapy import Delete, Entity, Patch, Post, Query, set_sta_url
from stapy.sta.query import Expand

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
UNIT = {"name": "mét", "symbol": "m", "definition": "ucum:m"}

set_sta_url(sys.argv[1])

place = {"type": "Point", "coordinates": [108.49, 15.57]}
location = Post.location("Cầu", "Cầu Kỳ Phú", "application/geo+json", place)
thing = Post.thing("Trạm Hội An", "Trạm thuỷ văn", properties={"mã": 7}, location_id=location)
level = Post.observed_property("Mực nước", "So với Hòn Dấu", "https://x.example/level")
sensor = Post.sensor("Ra-đa", "Đo từ trên cầu", "text/html", metadata="https://x.example/radar")
stream = Post.datastream("Mực nước", "Mỗi phút", UNIT, MEASUREMENT, thing, level, sensor)
assert stream > 0, "a Datastream with all that it needs is made"

first = Post.observation("2026-11-01T05:00:00Z", 1.5, datastream_id=stream)
assert first > 0, "an observation is made"
Post.observations([2, 3], ["2026-11-01T05:01:00Z", "2026-11-01T05:02:00Z"], stream)

of_stream = Query(Entity.Datastream).entity_id(stream).sub_entity(Entity.Observation)
results, times = of_stream.select("result", "phenomenonTime").order("phenomenonTime").limit(2).get_data_sets()
assert list(results) == [1.5, 2, 3], results
assert times[0] == "2026-11-01T05:00:00Z", times

expanded = Expand(Entity.Observation).select(["result"]).order("result", asc=False).limit(1).get_expand()
query = Query(Entity.Datastream).expand(expanded).filter(f"id eq {stream}").select("name", "Observations")
name, observations = query.get_data_sets()
assert (name, observations) == ("Mực nước", [{"result": 3}]), (name, observations)

assert Patch.datastream(stream, name="Mực nước sông") == stream
assert Query(Entity.Datastream).entity_id(stream).select("name").get_data_sets() == "Mực nước sông"

Delete.entity(Entity.Observation, first)
left = Query(Entity.Datastream).entity_id(stream).sub_entity(Entity.Observation).select("result").get_data_sets()
assert sorted(left) == [2, 3], left
Delete.entity(Entity.Datastream, stream)
gone = Query(Entity.Datastream).filter(f"id eq {stream}").select("name").get_query()
assert requests.get(gone).json() == {"value": []}
print("stapy: every check holds")
