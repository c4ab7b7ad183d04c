"""A flood that several programs run: what it is, and the form in which they all answer.

A case comes as JSON on the standard input (flood/peers/case.rs writes it). The answer is CSV on the
standard output: lines "# name value" about the run, then the depth of each square, m, one a line, row by row
from the south. A program that is not installed says so by exit status 3, which is a skip.
"""

import json
import sys
import time
from dataclasses import dataclass

#: "The program is not here": the caller skips.
ABSENT = 3

GRAVITY = 9.81  # m/s², as in sim::flood


@dataclass(frozen=True)
class Case:
    """Squares in a rectangle whose south-western corner is the origin."""

    method: str  # what the program runs it by
    columns: int
    rows: int
    cell_m: float
    base_m: float  # the bed at x = 0
    slope: float  # by which the bed falls towards the east
    manning: float  # s/m^⅓
    rain_m_s: float
    until_s: float
    #: What stands at the western edge: rows of time s and depth m in the middle of the cell outside, at the
    #: edge, and in the middle of the cell inside. Empty where the edge is a wall.
    west: list
    west_m_s: float  # the speed at which it comes in
    is_east_open: bool  # or a wall, as the sides are
    dry_depth_m: float  # water that rests
    depth_m: list  # at the beginning, of each cell

    def bed_m(self, x):
        return self.base_m - self.slope * x

    def west_depth_m(self, t, place):
        """Depth outside (1), at the edge (2) or inside (3): straight between the times given."""
        for before, after in zip(self.west, self.west[1:]):
            if t <= after[0]:
                part = (t - before[0]) / (after[0] - before[0])
                return before[place] + part * (after[place] - before[place])
        return self.west[-1][place]


def read():
    return Case(**json.load(sys.stdin))


def absent(program, error):
    print(f"{program} is not installed: {error}", file=sys.stderr)
    sys.exit(ABSENT)


class Watch:
    """Time of the run alone, no import and no building of meshes: on the processor, and of this thread, so
    that what else the machine does counts little."""

    def __enter__(self):
        self.begun = time.thread_time()
        return self

    def __exit__(self, *_):
        self.seconds = time.thread_time() - self.begun


def write(version, steps, cells, seconds, depth_m):
    """`cells` is how many cells of its own the program moved: triangles may be more than squares."""
    for name, value in [("version", version), ("steps", steps), ("cells", cells), ("seconds", seconds)]:
        print(f"# {name} {value}")
    for depth in depth_m:
        print(repr(float(depth)))
