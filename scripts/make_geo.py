"""Make the county outlines we ship (``switchboard/portals/geo/``) from the us-atlas package.

    npm pack us-atlas@3 && tar xzf us-atlas-3*.tgz
    python scripts/make_geo.py package/counties-10m.json

us-atlas (ISC licence) is the U.S. Census Bureau's cartographic boundary files (public domain) as TopoJSON.
Each shared border line is simplified once, so that neighbours still meet without a gap. One file a state:
``arcs`` are lines of longitude and latitude in thousandths of a degree, first point then steps;
``counties`` are [fips, name, rings], a ring a list of arc numbers, ``~n`` meaning arc ``n`` walked backwards.
"""

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

TOLERANCE = 0.006  # degrees, about 600 m: finer than a pixel on any map we draw
SMALLEST = 0.0008  # square degrees: islands below this are left out unless they are all there is
CODES = {
    "01": "AL", "02": "AK", "04": "AZ", "05": "AR", "06": "CA", "08": "CO", "09": "CT", "10": "DE",
    "11": "DC", "12": "FL", "13": "GA", "15": "HI", "16": "ID", "17": "IL", "18": "IN", "19": "IA",
    "20": "KS", "21": "KY", "22": "LA", "23": "ME", "24": "MD", "25": "MA", "26": "MI", "27": "MN",
    "28": "MS", "29": "MO", "30": "MT", "31": "NE", "32": "NV", "33": "NH", "34": "NJ", "35": "NM",
    "36": "NY", "37": "NC", "38": "ND", "39": "OH", "40": "OK", "41": "OR", "42": "PA", "44": "RI",
    "45": "SC", "46": "SD", "47": "TN", "48": "TX", "49": "UT", "50": "VT", "51": "VA", "53": "WA",
    "54": "WV", "55": "WI", "56": "WY", "72": "PR",
}  # fmt: skip
Point = tuple[float, float]


def decoded(topology: dict[str, Any]) -> list[list[Point]]:
    """Give every arc as points; west of the date line counts on below -180 so that Alaska stays whole."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            lon = x * kx + tx
            line.append((lon - 360 if lon > 0 else lon, y * ky + ty))
        arcs.append(line)
    return arcs


def simplified(line: list[Point]) -> list[Point]:
    """Leave out what bends less than the tolerance (Douglas and Peucker)."""
    if len(line) < 3:
        return line
    (x0, y0), (x1, y1) = line[0], line[-1]
    long = math.hypot(x1 - x0, y1 - y0)

    def off(p: Point) -> float:
        if long == 0:
            return math.hypot(p[0] - x0, p[1] - y0)
        return abs((x1 - x0) * (y0 - p[1]) - (x0 - p[0]) * (y1 - y0)) / long

    at = max(range(1, len(line) - 1), key=lambda i: off(line[i]))
    if off(line[at]) < TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: at + 1])[:-1] + simplified(line[at:])


def area(ring: list[int], arcs: list[list[Point]]) -> float:
    """Give the area of a ring in square degrees."""
    points = [p for n in ring for p in (arcs[n] if n >= 0 else arcs[~n][::-1])]
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def rings_of(shape: dict[str, Any], arcs: list[list[Point]]) -> list[list[int]]:
    """Give a county's rings, the largest and every other that can be seen."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = sorted((r for polygon in polygons for r in polygon), key=lambda r: -area(r, arcs))
    return rings[:1] + [r for r in rings[1:] if area(r, arcs) >= SMALLEST]


def packed(line: list[Point]) -> list[int]:
    """Write a line as its first point and steps, in thousandths of a degree."""
    whole = [(round(x * 1000), round(y * 1000)) for x, y in line]
    steps = [v for a, b in pairwise(whole) for v in (b[0] - a[0], b[1] - a[1])]
    return [*whole[0], *steps]


def main(source: Path, target: Path) -> None:
    """Write one file a state and the index."""
    topology = json.loads(source.read_text())
    full = decoded(topology)
    arcs = [simplified(line) for line in full]
    names = {s["id"]: s["properties"]["name"] for s in topology["objects"]["states"]["geometries"]}
    index = {}
    for fips, code in CODES.items():
        shapes = [s for s in topology["objects"]["counties"]["geometries"] if s["id"].startswith(fips)]
        kept = [(s["id"], s["properties"]["name"], rings_of(s, full)) for s in shapes]
        used = sorted({max(n, ~n) for _, _, rings in kept for ring in rings for n in ring})
        place = {n: i for i, n in enumerate(used)}
        counties = [
            [i, name, [[place[n] if n >= 0 else ~place[~n] for n in ring] for ring in rings]]
            for i, name, rings in sorted(kept)
        ]
        lines = [packed(arcs[n]) for n in used]
        write(target / f"{code}.json", {"arcs": lines, "counties": counties})
        xs, ys = zip(*(p for n in used for p in arcs[n]), strict=True)
        box = [round(v, 2) for v in (min(xs), min(ys), max(xs), max(ys))]
        index[code] = {"fips": fips, "name": names[fips], "box": box}
    write(target / "index.json", index)


def write(path: Path, content: Any) -> None:
    """Write JSON without spaces."""
    path.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parents[1] / "switchboard/portals/geo")
