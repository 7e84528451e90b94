"""Read JSON as strictly as it is meant: no name twice, no NaN, nothing a database cannot hold."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from switchboard.api.problems import Problem, bad_value, path_of

DEEPEST = 50
LONGEST_NUMBER = 40  # characters; more is nobody's number, and slow to read


def read_json(raw: bytes, *, forgiving: bool = False) -> Any:
    """Give what a body says. Raises :class:`Problem`: 400 for no JSON, 422 for what cannot be kept.

    ``forgiving`` puts a mark in place of a character that cannot be kept, where nothing may be lost.
    """
    try:
        data = json.loads(
            raw.decode(), object_pairs_hook=_once_each, parse_constant=_no_number, parse_float=_number,
            parse_int=_whole,
        )  # fmt: skip
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as wrong:
        raise Problem(400, "not_json", "The body is not JSON in UTF-8.") from wrong
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _depth(data) > DEEPEST:
        raise Problem(400, "too_deep", f"The body is nested deeper than {DEEPEST}.")
    if b"\\u" in raw:
        if forgiving:
            return _mended(data)
        _check_texts(data, ())
    return data


class StrictJSON(Parser):
    """The API's reader of bodies."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Give what the body says."""
        return read_json(request.body)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "named_twice", "A name stands twice in one object: which is meant?")
    return found


def _no_number(_: str) -> NoReturn:
    raise Problem(400, "not_json", "NaN and Infinity are not JSON.")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Problem(422, "invalid", "A number is larger than any we can hold.")
    return number


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Problem(422, "invalid", "A number is larger than any we can hold.")
    return int(text)


def _depth(data: Any) -> int:
    depth, level = 0, [data]
    while level and depth <= DEEPEST:
        inner: list[Any] = []
        for one in level:
            inner.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        level, depth = inner, depth + 1
    return depth


def _check_texts(data: Any, path: tuple[Any, ...]) -> None:
    """Refuse NUL and half characters, which PostgreSQL and UTF-8 cannot hold."""
    if isinstance(data, str):
        if not keepable(data):
            raise bad_value(path_of(path), "unkeepable_character")
    elif isinstance(data, dict):
        for name, value in data.items():
            if not keepable(name):
                raise bad_value(path_of(path), "unkeepable_character")
            _check_texts(value, (*path, name))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            _check_texts(value, (*path, place))


def _mended(data: Any) -> Any:
    if isinstance(data, str):
        return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in data)
    if isinstance(data, dict):
        return {_mended(name): _mended(value) for name, value in data.items()}
    return [_mended(value) for value in data] if isinstance(data, list) else data


def keepable(text: str) -> bool:
    """Tell whether a text can be stored: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
