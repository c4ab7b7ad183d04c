"""What GDAL's WFS driver reads of a server, through pyogrio."""

import sys

import pyogrio

SERVER = sys.argv[1]

if "WFS" not in pyogrio.list_drivers():
    print("SKIP: this GDAL has no WFS driver")
    sys.exit(0)

address = f"WFS:{SERVER}/wfs"
layers = [name for name, _ in pyogrio.list_layers(address)]
assert "dothi:roads" in layers and "dothi:buildings" in layers, layers
info = pyogrio.read_info(address, layer="dothi:roads", force_total_bounds=False)
assert "name" in info["fields"], info["fields"]
meta, fids, geometry, fields = pyogrio.raw.read(
    address, layer="dothi:roads", columns=["name"], bbox=(108.45, 15.55, 108.5, 15.6), read_geometry=True
)
assert len(geometry) > 50, len(geometry)
# A filter of attributes becomes one of FES on the server.
_, _, some, columns = pyogrio.raw.read(
    address, layer="dothi:roads", columns=["name"], where="name LIKE '%Trần%'"
)
assert 0 < len(some) < len(geometry) * 100, len(some)
assert all("Trần" in name for name in columns[0]), columns[0][:5]
