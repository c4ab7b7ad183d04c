"""Runs a case (see case.py) by ANUGA, https://github.com/anuga-community/anuga_core, Apache-2.0.

Each square is cut into four triangles that meet in its middle (`rectangular_cross_domain`), so ANUGA has
four times as many cells; a square's depth is the mean of its four. `method` is one of
ANUGA's flow algorithms: DE0 (Euler, limited gradients; its default) or DE1 (Runge–Kutta of second order).
"""

import contextlib
import sys

import case as cases

try:
    with contextlib.redirect_stdout(sys.stderr):
        import anuga
        import numpy as np
except ImportError as error:
    cases.absent("anuga", error)


def domain_of(case):
    sides = {"len1": case.columns * case.cell_m, "len2": case.rows * case.cell_m}
    domain = anuga.rectangular_cross_domain(case.columns, case.rows, **sides)
    domain.set_flow_algorithm(case.method)
    domain.g = cases.GRAVITY
    domain.set_store(False)
    domain.set_quantity("elevation", lambda x, y: case.bed_m(x))
    domain.set_quantity("friction", case.manning)
    depth = np.array(case.depth_m)[square_of(domain, case)]
    bed = domain.quantities["elevation"].centroid_values
    domain.set_quantity("stage", bed + depth, location="centroids")
    wall = anuga.Reflective_boundary(domain)
    east = anuga.Transmissive_boundary(domain) if case.is_east_open else wall
    west = wall
    if case.west:

        def coming(t):
            depth = case.west_depth_m(t, 2)
            return [case.base_m + depth, depth * case.west_m_s, 0.0]

        west = anuga.Time_boundary(domain=domain, function=coming)
    domain.set_boundary({"left": west, "right": east, "top": wall, "bottom": wall})
    if case.rain_m_s > 0.0:
        anuga.Rate_operator(domain, rate=case.rain_m_s)
    return domain


def square_of(domain, case):
    """The square in which each triangle lies."""
    x, y = (domain.centroid_coordinates / case.cell_m).astype(int).T
    return y * case.columns + x


def main():
    case = cases.read()
    with contextlib.redirect_stdout(sys.stderr):
        domain = domain_of(case)
        steps = 0
        with cases.Watch() as watch:
            for _ in domain.evolve(yieldstep=case.until_s / 4, finaltime=case.until_s):
                steps += domain.number_of_steps
    square = square_of(domain, case)
    stage, bed = (domain.quantities[name].centroid_values for name in ("stage", "elevation"))
    depth = np.bincount(square, stage - bed) / 4.0
    cases.write(anuga.__version__, steps, len(domain), watch.seconds, depth)


if __name__ == "__main__":
    main()
