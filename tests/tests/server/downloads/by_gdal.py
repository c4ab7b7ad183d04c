"""What GDAL reads of the files that a server writes, through pyogrio: count, edges, system, a Vietnamese text."""

import json
import os
import sys
import urllib.request

import pyogrio

SERVER = sys.argv[1]
ITEMS = f"{SERVER}/collections/roads/items"
# Part of the town, and roads with a name alone: what is asked for holds for files as well.
ASKED = "bbox=108.46,15.55,108.50,15.59&filter=name%20IS%20NOT%20NULL"


def fetch(query, name):
    with urllib.request.urlopen(f"{ITEMS}?{query}") as answer:
        with open(name, "wb") as file:
            file.write(answer.read())
        return name, answer.headers


def edges(features):
    def points(coordinates):
        if isinstance(coordinates[0], (int, float)):
            yield coordinates
        else:
            for part in coordinates:
                yield from points(part)

    every = [point for feature in features for point in points(feature["geometry"]["coordinates"])]
    xs, ys = [p[0] for p in every], [p[1] for p in every]
    return min(xs), min(ys), max(xs), max(ys)


def whole(crs=""):
    with urllib.request.urlopen(f"{ITEMS}?{ASKED}&limit=10000&f=json{crs}") as answer:
        return json.load(answer)["features"]


def close(found, wanted, within):
    assert all(abs(a - b) <= within for a, b in zip(found, wanted)), (found, wanted)


features = whole()
names = sorted(feature["properties"]["name"] for feature in features)
assert 20 < len(features) < 2000, len(features)
assert any("Đường" in name or "Trần" in name or "Nguyễn" in name for name in names), names[:5]
degrees = edges(features)
ZONE = "&crs=http://www.opengis.net/def/crs/EPSG/0/5899"
metres = edges(whole(ZONE))

for kind, path, crs, system, box, within in [
    ("gpkg", "{}", "", "EPSG:4326", degrees, 1e-6),
    ("gpkg", "{}", ZONE, "EPSG:5899", metres, 0.01),
    ("shp", "/vsizip/{}", "", "EPSG:4326", degrees, 1e-6),
    ("shp", "/vsizip/{}", ZONE, "EPSG:5899", metres, 0.01),
    ("kml", "{}", "", "EPSG:4326", degrees, 1e-6),
    ("kmz", "/vsizip/{}/doc.kml", "", "EPSG:4326", degrees, 1e-6),
    ("gml", "{}", "&limit=10000", "EPSG:4326", degrees, 1e-6),
    ("jsonfg", "{}", ZONE + "&limit=10000", "EPSG:5899", metres, 0.01),
]:
    end = {"shp": "zip", "jsonfg": "json"}.get(kind, kind)
    file, headers = fetch(f"{ASKED}&f={kind}{crs}", f"{kind}{len(crs)}.{end}")
    source = path.format(os.path.abspath(file))
    info = pyogrio.read_info(source, force_total_bounds=True, force_feature_count=True)
    assert info["features"] == len(features), (kind, info["features"], len(features))
    close(info["total_bounds"], box, within)
    if kind == "shp" and crs:
        # Esri's words for a system carry no code; its numbers do.
        assert "107.75" in str(info["crs"]) or "5899" in str(info["crs"]), info["crs"]
    else:
        assert info["crs"] == system or (kind == "gml" and "CRS84" in info["crs"]), (kind, info["crs"])
    meta, _, _, columns = pyogrio.raw.read(source)
    fields = [field.lower() for field in meta["fields"]]
    read = sorted(columns[fields.index("name")])
    if kind != "kml" and kind != "kmz":
        assert read == names, (kind, read[:3], names[:3])
    else:
        # Name is KML's own field; ours stands beside it.
        assert sorted(set(read)) == sorted(set(names)), (kind, read[:3])

# A drawing: lines in metres, names as texts.
file, headers = fetch(f"{ASKED}&f=dxf", "roads.dxf")
meta, _, geometry, columns = pyogrio.raw.read(file)
fields = list(meta["fields"])
layers, texts = columns[fields.index("Layer")], columns[fields.index("Text")]
assert sum(layer == "roads" for layer in layers) >= len(features)
written = sorted(text for layer, text in zip(layers, texts) if layer == "roads-ten")
assert written == names, (written[:3], names[:3])
assert "5899" in headers["content-crs"] or "VN" in headers["content-crs"], headers["content-crs"]

# A workbook: every value, no shapes.
file, _ = fetch(f"{ASKED}&f=xlsx&properties=name,width", "roads.xlsx")
meta, _, _, columns = pyogrio.raw.read(file, layer=0)
assert len(columns[0]) in (len(features), len(features) + 1), (len(columns[0]), len(features))
flat = {str(value) for column in columns for value in column}
assert set(names) <= flat, sorted(set(names) - flat)[:3]

print("ok")
