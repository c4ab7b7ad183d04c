"""A NetCDF file of the server beside the CoverageJSON document of the same question, read by netCDF4.

    by_netcdf.py ADDRESS PATH      PATH has its question mark already
"""

import datetime
import json
import math
import sys
import tempfile
import urllib.request

import netCDF4


def get(address):
    with urllib.request.urlopen(address) as reply:
        return reply.headers, reply.read()


def axis(said):
    if "values" in said:
        return said["values"]
    first, last, count = said["start"], said["stop"], said["num"]
    step = (last - first) / max(count - 1, 1)
    return [first + step * at for at in range(count)]


def near(found, expected, within):
    assert len(found) == len(expected), (len(found), len(expected))
    for ours, theirs in zip(found, expected):
        assert abs(float(ours) - float(theirs)) <= within, (ours, theirs)


def main():
    url = sys.argv[1] + sys.argv[2]
    document = json.loads(get(url + "&f=covjson")[1])
    headers, body = get(url + "&f=netcdf")
    assert headers["content-type"] == "application/netcdf", headers
    (name,) = document["ranges"]
    assert f'filename="{name}.nc"' in headers["content-disposition"], headers
    with tempfile.NamedTemporaryFile(suffix=".nc") as file:
        file.write(body)
        file.flush()
        data = netCDF4.Dataset(file.name)
        assert data.Conventions.startswith("CF-"), data.Conventions
        # What made it is told, no folder of the machine that did.
        assert "/tmp" not in json.dumps({key: str(data.getncattr(key)) for key in data.ncattrs()})
        assert data.source and data.title, data
        cells = data[name]
        parameter = document["parameters"][name]
        assert cells.units == parameter["unit"]["symbol"], cells
        assert parameter["observedProperty"]["label"]["vi"] in cells.long_name, cells
        mapping = data[cells.grid_mapping]
        code = document["domain"]["referencing"][0]["system"]["id"].rsplit("/", 1)[1]
        assert f'AUTHORITY["EPSG","{code}"]' in mapping.crs_wkt, mapping.crs_wkt
        axes = document["domain"]["axes"]
        near(data["x"][:], axis(axes["x"]), 1e-6)
        # The document's north row comes first; rows of CF go by their own axis.
        north_first = list(data["y"][:])
        rows_up = north_first[0] < north_first[-1]
        near(sorted(north_first, reverse=True), axis(axes["y"]), 1e-6)
        values = cells[:].filled(math.nan)
        if "t" in axes and len(axes["t"]["values"]) > 1:
            assert cells.dimensions == ("time", "y", "x"), cells.dimensions
            told = [datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) for at in axes["t"]["values"]]
            near(data["time"][:], [at.timestamp() for at in told], 1e-3)
            assert data["time"].units == "seconds since 1970-01-01 00:00:00", data["time"]
            assert data.time_coverage_start == axes["t"]["values"][0], data.time_coverage_start
        else:
            assert cells.dimensions == ("y", "x"), cells.dimensions
        if rows_up:
            values = values[..., ::-1, :]
        found = values.reshape(-1)
        expected = document["ranges"][name]["values"]
        assert len(found) == len(expected), (len(found), len(expected))
        some = 0
        for ours, theirs in zip(expected, found):
            assert (ours is None) == math.isnan(theirs), (ours, theirs)
            if ours is not None:
                # Documents tell values to a thousandth.
                assert abs(ours - theirs) <= 0.00051, (ours, theirs)
                some += 1
        assert some > 0, "there is nothing to compare"
        print(name, values.shape, some)


main()
