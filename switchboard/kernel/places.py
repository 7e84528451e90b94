"""Places on the earth: distance between two points."""

from math import asin, cos, radians, sin, sqrt

EARTH_MILES = 3958.7613  # mean radius, IUGG 1980 (6371.0088 km)


def miles(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Give the great-circle distance in statute miles between two points in degrees (haversine)."""
    dlat, dlon = radians(lat2 - lat1), radians(lon2 - lon1)
    h = sin(dlat / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(dlon / 2) ** 2
    return 2 * EARTH_MILES * asin(sqrt(min(1.0, h)))
