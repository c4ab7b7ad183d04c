"""Reads the STAC catalogue of a server as pystac-client does: what stands in it is valid, found by place and time, and
its file is the raster.

    python client.py http://127.0.0.1:PORT
"""

import sys
import urllib.request

from pystac_client import Client
from pystac.validation.local_validator import LocalValidator


def main(address: str) -> None:
    client = Client.open(f"{address}/stac")
    # The schemas that come with pystac: nothing is asked of the network.
    valid = LocalValidator()
    valid.catalog_validator().validate(client.to_dict())
    collections = {each.id: each for each in client.get_collections()}
    assert set(collections) == {"rasters", "flood-runs"}, collections
    for each in collections.values():
        valid.collection_validator().validate(each.to_dict())

    rasters = list(collections["rasters"].get_items())
    assert any(item.id == "terrain" for item in rasters), rasters
    for item in rasters:
        valid.item_validator().validate(item.to_dict())
        assert item.get_parent().id == "rasters"

    terrain = next(item for item in rasters if item.id == "terrain")
    west, south, east, north = terrain.bbox
    x, y = (west + east) / 2, (south + north) / 2

    def found(**wish):
        return {item.id for item in client.search(**wish).items()}

    assert "terrain" in found(bbox=[x, y, x + 0.001, y + 0.001])
    assert "terrain" in found(intersects={"type": "Point", "coordinates": [x, y]}, method="GET")
    assert found(bbox=[4, 52, 5, 53]) == set(), "Delft is not in Tam Kỳ"
    assert found(collections=["flood-runs"], ids=["terrain"]) == set()
    when = terrain.datetime or terrain.common_metadata.start_datetime
    assert "terrain" in found(datetime=f"{when:%Y-%m-%dT%H:%M:%SZ}/..")
    assert "terrain" not in found(datetime="../1900-01-01T00:00:00Z")
    # Page by page nothing is lost.
    assert found(limit=1) == {item.id for item in rasters}

    for name, kind in [("data", b"II"), ("thumbnail", b"\x89P")]:
        with urllib.request.urlopen(terrain.assets[name].href) as answer:
            assert answer.read(2) == kind, f"{name}: {terrain.assets[name].href}"


if __name__ == "__main__":
    main(sys.argv[1])
