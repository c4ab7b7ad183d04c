"""Files of tiles, read by programs of others: the tiles in them are those that the server sends.

    python readers.py http://127.0.0.1:PORT
"""

import gzip
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request

import pyogrio
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

SERVER = sys.argv[1]
COLLECTIONS = ["roads", "buildings", "communes"]


def ask(path, body=None):
    headers = {"Accept": "application/json"}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(path if path.startswith("http") else SERVER + path, data, headers)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def exported(name, **inputs):
    job = json.loads(ask("/processes/tiles/execution", {"inputs": inputs}))["jobID"]
    for _ in range(1200):
        status = json.loads(ask(f"/jobs/{job}"))
        if status["status"] not in ("accepted", "running"):
            break
        time.sleep(0.05)
    assert status["status"] == "successful", status
    results = json.loads(ask(f"/jobs/{job}/results"))
    assert results["file"]["title"].endswith("-synthetic." + inputs["format"]), results
    body = ask(results["file"]["href"])
    assert len(body) == results["file"]["bytes"]
    with open(name, "wb") as file:
        file.write(body)
    return results["report"]["tiles"]


def served(z, x, y, more=""):
    request = urllib.request.Request(
        f"{SERVER}/tiles/WebMercatorQuad/{z}/{y}/{x}?collections={','.join(COLLECTIONS)}{more}"
    )
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def check_pmtiles():
    count = exported("town.pmtiles", collections=COLLECTIONS, format="pmtiles", minZoom=9, maxZoom=15)
    with open("town.pmtiles", "rb") as file:
        reader = Reader(MmapSource(file))
        header, about = reader.header(), reader.metadata()
        assert header["tile_type"] == TileType.MVT and header["tile_compression"] == Compression.GZIP
        assert (header["min_zoom"], header["max_zoom"]) == (9, 15), header
        assert header["addressed_tiles_count"] == count and header["clustered"]
        assert [each["id"] for each in about["vector_layers"]] == COLLECTIONS, about
        assert about["attribution"] and "Synthetic" in about["description"], about
        found = {}
        for (z, x, y), body in all_tiles(MmapSource(file)):
            found[z, x, y] = gzip.decompress(body)
            assert reader.get(z, x, y) == body
        assert len(found) == count > 50
        # Every tile is the server's own, and between them there is no other.
        for (z, x, y), body in found.items():
            assert served(z, x, y) == body, (z, x, y)
        for z in range(9, 14):
            columns = [x for (zoom, x, _) in found if zoom == z]
            rows = [y for (zoom, _, y) in found if zoom == z]
            for x in range(min(columns), max(columns) + 1):
                for y in range(min(rows), max(rows) + 1):
                    assert bool(served(z, x, y)) == ((z, x, y) in found), (z, x, y)
    layers = {name for name, _ in pyogrio.list_layers("town.pmtiles")}
    assert layers == set(COLLECTIONS), layers
    read = pyogrio.raw.read("town.pmtiles", layer="buildings")
    assert len(read[2]) > 100, "GDAL reads the buildings of the last zoom"
    return found


def check_mbtiles(found):
    box = [108.46, 15.56, 108.53, 15.62]
    count = exported("town.mbtiles", collections=COLLECTIONS, format="mbtiles", minZoom=12, maxZoom=14, bbox=box)
    base = sqlite3.connect("town.mbtiles")
    about = dict(base.execute("SELECT name, value FROM metadata"))
    assert about["format"] == "pbf" and (about["minzoom"], about["maxzoom"]) == ("12", "14"), about
    assert [float(part) for part in about["bounds"].split(",")] == box
    assert [each["id"] for each in json.loads(about["json"])["vector_layers"]] == COLLECTIONS
    tiles = base.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles").fetchall()
    assert len(tiles) == count > 5
    for z, x, row, body in tiles:
        # Rows of MBTiles are counted from the south.
        assert gzip.decompress(body) == found[z, x, 2**z - 1 - row], (z, x, row)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {name for name, _ in pyogrio.list_layers("town.mbtiles")} == set(COLLECTIONS)


def check_filter():
    where = "storeys >= 3"
    exported("tall.pmtiles", collections=["buildings"], format="pmtiles", minZoom=15, maxZoom=15, filter=where)
    with open("tall.pmtiles", "rb") as file:
        for (z, x, y), body in all_tiles(MmapSource(file)):
            path = f"{SERVER}/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}?filter=storeys%20%3E%3D%203"
            with urllib.request.urlopen(path) as answer:
                assert answer.read() == gzip.decompress(body), (z, x, y)


check_mbtiles(check_pmtiles())
check_filter()
