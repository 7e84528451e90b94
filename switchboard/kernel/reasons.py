"""A decision carries its reasons, or it cannot be made.

``decide(facts, rules, now) -> Decision(outcome, because)`` is the one signature of every core.
A reason is a code with parameters, never a sentence: the sentence, in every language, stands in the
rulebook (``rulebook/words/*.toml``) and is said at the edge by :func:`switchboard.rulebook.words.say`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RuleRef:
    """Which rule spoke, in which version: ``routing/lanes`` of ``2026-01-01``."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> "RuleRef":
        """Read back what ``str`` wrote."""
        name, _, version = text.partition("@")
        return cls(name, version)


@dataclass(frozen=True, slots=True)
class Reason:
    """One because: a code, its parameters, and the rule that said so (None for a plain fact)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    rule: RuleRef | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted((k, str(v)) for k, v in self.params.items())), self.rule))

    def as_json(self) -> dict[str, Any]:
        """Give the form that is stored beside the decision."""
        return {"code": self.code, "params": dict(self.params), "rule": str(self.rule) if self.rule else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Reason":
        """Read back what ``as_json`` gave."""
        rule = data.get("rule")
        return cls(data["code"], data.get("params") or {}, RuleRef.parse(rule) if rule else None)


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """An outcome and why. Raises ``ValueError`` when no reason is given."""

    outcome: T
    because: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.because:
            raise ValueError(
                "A decision needs at least one reason: give the Reason that led to this outcome."
            )
