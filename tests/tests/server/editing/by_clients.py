"""Edits through OWSLib, documents held against our schemas by jsonschema, and what GDAL reads of it."""

import json
import sys

import jsonschema
import pyogrio
import requests
from owslib.ogcapi.features import Features

SERVER = sys.argv[1]
LAYER = "check-points"
ITEMS = f"{SERVER}/collections/{LAYER}/items"
MERGE = {"Content-Type": "application/merge-patch+json"}

client = Features(SERVER)
assert LAYER in [one["id"] for one in client.collections()["collections"]]


def named(name, sort=None):
    found = requests.get(ITEMS, params={"name": name, **({"sortby": sort} if sort else {})}).json()
    return found["features"]


def feature(label, lon, lat, **properties):
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": geometry, "properties": {"name": label, "code": 1, **properties}}


# POST, PUT and DELETE as OWSLib sends them.
before = client.collection_items(LAYER)["numberMatched"]
client.collection_item_create(LAYER, feature("Đà Nẵng", 108.2, 16.05))
(made,) = named("Đà Nẵng")
client.collection_item_update(LAYER, str(made["id"]), feature("Sơn Trà", 108.25, 16.1))
assert client.collection_item(LAYER, str(made["id"]))["properties"]["name"] == "Sơn Trà"
assert client.collection_items(LAYER)["numberMatched"] == before + 1

# PATCH, under the tag that was read, and not under an old one.
item = f"{ITEMS}/{made['id']}"
options = requests.options(item)
assert "PATCH" in options.headers["Allow"], options.headers
assert options.headers["Accept-Patch"] == MERGE["Content-Type"]
tag = requests.get(item).headers["ETag"]
change = json.dumps({"properties": {"name": "Mỹ Khê"}}).encode()
patched = requests.patch(item, data=change, headers={**MERGE, "If-Match": tag}, params={"reason": "Đo lại"})
assert patched.status_code == 204, patched.text
assert requests.patch(item, data=change, headers={**MERGE, "If-Match": tag}).status_code == 412
assert named("Mỹ Khê")[0]["geometry"]["coordinates"] == [108.25, 16.1]

# What GDAL reads is what was left.
source = f"OAPIF:{SERVER}/collections/{LAYER}"
meta, fids, geometry, fields = pyogrio.raw.read(source, layer=LAYER, columns=["name"], return_fids=True)
assert "Mỹ Khê" in set(fields[0]) and "Sơn Trà" not in set(fields[0]), fields
assert len(geometry) == before + 1

# A document that fits our schema is taken. Faults of properties are refused by both; those of geometries the
# schema states as OGC 23-058 has it, by `format`, which validators of JSON Schema leave to others.
schema = requests.get(f"{SERVER}/collections/{LAYER}/schema", params={"for": "create"}).json()
validator = jsonschema.Draft202012Validator(schema)
validator.check_schema(schema)
good = feature("Hội An", 108.33, 15.88)
validator.validate(good)
assert requests.post(ITEMS, json=good).status_code == 201
for bad in [
    feature("x", 108.3, 15.9, colour="red"),
    feature("x", 108.3, 15.9, name=7),
    {**feature("x", 0, 0), "geometry": None},
    {**feature("x", 0, 0), "type": "Thing"},
]:
    is_of_properties = bad["geometry"] == feature("x", 108.3, 15.9)["geometry"]
    assert not is_of_properties or list(validator.iter_errors(bad)), bad
    answer = requests.post(ITEMS, json=bad)
    assert answer.status_code == 400, (bad, answer.text)
    assert answer.json()["errors"][0]["pointer"].startswith("/"), answer.text

# Versions, and the way back after OWSLib deleted it.
versions = requests.get(f"{item}/versions").json()["features"]
assert [one["properties"]["name"] for one in versions] == ["Mỹ Khê", "Sơn Trà", "Đà Nẵng"], versions
client.collection_item_delete(LAYER, str(made["id"]))
assert requests.get(item).status_code == 404
last = requests.get(f"{item}/versions").json()["features"][0]
assert last["version"]["operation"] == "delete" and last["geometry"] is None
undone = requests.post(f"{item}/versions/{last['version']['number']}/undo")
assert undone.status_code == 200, undone.text
assert client.collection_item(LAYER, str(made["id"]))["properties"]["name"] == "Mỹ Khê"

# In an order, without accents, with few columns.
names = [one["properties"] for one in requests.get(ITEMS, params={"sortby": "-name", "properties": "name"}).json()["features"]]
assert all(list(one) == ["name"] for one in names)
assert len(requests.get(ITEMS, params={"q": "my khe"}).json()["features"]) == 1
