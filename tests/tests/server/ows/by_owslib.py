"""What OWSLib reads of a server's WMS, WMTS and WFS."""

import json
import sys

from owslib.fes2 import PropertyIsLike
from owslib.etree import etree
from owslib.wfs import WebFeatureService
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService

SERVER = sys.argv[1]


def is_png(answer, width, height):
    data = answer.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:200]
    assert int.from_bytes(data[16:20], "big") == width, data[16:24]
    assert int.from_bytes(data[20:24], "big") == height, data[16:24]
    return data


def wms(version):
    service = WebMapService(f"{SERVER}/wms", version=version)
    assert "roads" in service.contents and "dothi" in service.contents, list(service.contents)
    roads = service["roads"]
    west, south, east, north = roads.boundingBoxWGS84
    assert 107 < west < east < 109 and 15 < south < north < 16, roads.boundingBoxWGS84
    assert "EPSG:5899" in roads.crsOptions, roads.crsOptions
    assert "default" in roads.styles and roads.styles["default"]["legend"].startswith(SERVER)
    names = [operation.name for operation in service.operations]
    assert "GetFeatureInfo" in names, names
    middle = ((west + east) / 2, (south + north) / 2)
    # East first in CRS84; OWSLib turns the axes of EPSG:4326 for 1.3.0 itself.
    box = (middle[0] - 0.01, middle[1] - 0.01, middle[0] + 0.01, middle[1] + 0.01)
    asked = dict(layers=["roads"], styles=[""], srs="EPSG:4326", bbox=box, size=(300, 300))
    picture = is_png(service.getmap(format="image/png", transparent=True, **asked), 300, 300)
    assert len(picture) > 1000, "something is drawn"
    told = service.getfeatureinfo(
        query_layers=["roads"], info_format="application/json", xy=(150, 150), **asked
    )
    assert b"FeatureCollection" in told.read()
    legend = service.getOperationByName("GetMap").formatOptions
    assert "image/webp" in legend and "image/jpeg" in legend, legend


def wmts():
    service = WebMapTileService(f"{SERVER}/wmts")
    assert {"dothi", "roads"} <= set(service.contents), list(service.contents)
    assert {"WebMercatorQuad", "VN2000-TM3-10745"} <= set(service.tilematrixsets)
    matrices = service.tilematrixsets["VN2000-TM3-10745"].tilematrix
    assert abs(matrices["12"].scaledenominator - 1 / 0.28e-3) < 1e-6
    is_png(
        service.gettile(
            layer="dothi", tilematrixset="WebMercatorQuad", tilematrix="14", row=7474, column=13128,
            format="image/png",
        ),
        256, 256,
    )


def wfs():
    service = WebFeatureService(f"{SERVER}/wfs", version="2.0.0")
    assert "dothi:roads" in service.contents, list(service.contents)[:5]
    schema = service.get_schema("dothi:roads")
    assert "geometry" in schema["properties"] and "name" in schema["properties"], schema
    assert service.get_schema("dothi:parcels")["geometry"] == "3D Polygon"
    page = service.getfeature("dothi:roads", maxfeatures=7, startindex=3).read()
    root = etree.fromstring(page)
    members = root.findall("{http://www.opengis.net/wfs/2.0}member")
    assert len(members) == 7 and root.get("numberReturned") == "7", page[:400]
    matched = int(root.get("numberMatched"))
    assert matched > 100
    like = PropertyIsLike("name", "*Trần*", wildCard="*", singleChar="?", escapeChar="!")
    text = etree.tostring(like.toXML()).decode()
    wrapped = f'<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0">{text}</fes:Filter>'
    # OWSLib sends filters by POST alone.
    found = service.getfeature(
        "dothi:roads", filter=wrapped, outputFormat="application/json", method="Post"
    )
    features = json.loads(found.read())["features"]
    assert features and all("Trần" in f["properties"]["name"] for f in features), len(features)
    by_id = service.getfeature(
        storedQueryID="urn:ogc:def:query:OGC-WFS::GetFeatureById",
        storedQueryParams={"id": f"roads.{features[0]['id']}"},
    ).read()
    assert b"Tr\xe1\xba\xa7n" in by_id, by_id[:300]
    queries = [query.id for query in service.storedqueries]
    assert "urn:ogc:def:query:OGC-WFS::GetFeatureById" in queries, queries


wms("1.3.0")
wms("1.1.1")
wmts()
wfs()
