"""Runs a case (see case.py) by the kernels of Itzï, https://github.com/ItziModel/itzi, GPL-2.0-or-later.

Its surface flow (local inertia after de Almeida & Bates 2013) is driven through its own class
`SurfaceFlowSimulation` over arrays in memory: no GRASS, no hydrology, no drains. `method` is the type of
its numbers: float32 (its default) or float64. θ is the 0.9 that is the default of both programs, the Courant
number our 0.65 (its own is 0.7, which is beyond what waves bear at that θ); water thinner than the case's least depth rests, as ours does.
"""

import sys
from datetime import timedelta

import case as cases

try:
    from importlib.metadata import version

    import numpy as np
    from itzi.rasterdomain import RasterDomain
    from itzi.surfaceflow import SurfaceFlowSimulation
except ImportError as error:
    cases.absent("itzi", error)

#: dtmax as in sim::flood::Params, θ and cfl as in both; no routing of films beside the scheme.
PARAMETERS = {
    "dtmax": 10.0,
    "cfl": 0.65,
    "g": cases.GRAVITY,
    "theta": 0.9,
    "slmax": 0.1,
    "vrouting": 0.0,
}

OPEN, LEVEL = 2, 4  # of its "bctype"


def southwards(values, case):
    """Rows from the south, or a number, as an array of rows from the north."""
    field = np.broadcast_to(np.asarray(values), case.rows * case.columns)
    return np.flipud(field.reshape(case.rows, case.columns)).astype(case.method)


def domain_of(case):
    mask = np.zeros((case.rows, case.columns), dtype=bool)
    domain = RasterDomain(np.dtype(case.method), mask, (case.cell_m, case.cell_m))
    x = (np.arange(case.columns) + 0.5) * case.cell_m
    domain.update_array("dem", southwards(np.tile(case.bed_m(x), case.rows), case))
    domain.update_array("friction", southwards(case.manning, case))
    domain.update_array("water_depth", southwards(case.depth_m, case))
    domain.get_array("ext")[:] = case.rain_m_s
    if case.is_east_open:
        domain.get_array("bctype")[:, -1] = OPEN
    if case.west:
        domain.get_array("bctype")[:, 0] = LEVEL
    return domain


def main():
    case = cases.read()
    domain = domain_of(case)
    flow = SurfaceFlowSimulation(domain, PARAMETERS | {"hmin": case.dry_depth_m})
    flow.update_flow_dir()
    time, steps = timedelta(0), 0
    until = timedelta(seconds=case.until_s)
    with cases.Watch() as watch:
        while time < until:
            flow.solve_dt()
            flow.dt = min(flow.dt, until - time)
            time += flow.dt
            if case.west:
                # Its edge sets the depth of the cell inside.
                domain.get_array("bcval")[:, 0] = case.west_depth_m(time.total_seconds(), 3)
            flow.step()
            steps += 1
    depth = np.flipud(domain.get_array("water_depth")).ravel()
    cases.write(version("itzi"), steps, depth.size, watch.seconds, depth)


if __name__ == "__main__":
    sys.exit(main())
