"""A risk answer found in a file: who it is about, what it calls for, and how it reaches a person (edge C5).

Readers of every format give :class:`FoundRisk`; ``raise_risks`` opens the tasks, whatever became of the file.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.crypto import salted_hmac

from switchboard.interop.findings import said
from switchboard.interop.models import ImportReject, ImportRun
from switchboard.kernel.reasons import Reason
from switchboard.members.actions.importing import members_by_key, members_by_number
from switchboard.outcomes.actions.crisis import raise_alarm
from switchboard.outcomes.core.safety import Risk
from switchboard.platform.access import Viewer

RISK = "risk_answer"
CAUSE = 100  # characters of a task's cause that an import may fill


@dataclass(frozen=True, slots=True)
class FoundRisk:
    """Answers that call for a person. ``name`` tells one answer from another and is never an answer.

    ``member_key`` is the source's own key for the member; ``numbers`` are plan numbers it may also go by.
    ``born`` guards them: a number under which we know somebody born on another day finds nobody. ``contact``
    is what the file says of whom it speaks, for the task of which we do not know whose it is.
    """

    file: str
    line: int
    name: str
    member_key: str
    risk: Risk
    because: Reason
    numbers: tuple[str, ...] = ()
    born: date | None = None
    contact: str = ""

    @property
    def once(self) -> str:
        """Give what keeps this alarm from being raised twice; a graver answer under one name is another.

        Keyed with the installation's secret, so that nobody can try out which answer it stands for.
        """
        whole = f"{self.name}|{self.member_key}|{self.risk.level}"
        return f"{self.name[:60]}#{salted_hmac('interop.risk', whole, algorithm='sha256').hexdigest()[:40]}"


def named(kind: str, *parts: object) -> str:
    """Give a name for an answer from what tells it apart; no part can be read back."""
    whole = "\x1f".join(str(part) for part in parts)
    return f"{kind}/{salted_hmac('interop.name', whole, algorithm='sha256').hexdigest()[:40]}"


def cause_of(source: str, name: str) -> str:
    """Give a task's cause: short enough for its column, and never the same for two answers."""
    whole = f"import:{source}:{name}"
    if len(whole) <= CAUSE:
        return whole
    return f"{whole[: CAUSE - 33]}#{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def raise_risks(run: ImportRun, risks: Sequence[FoundRisk], by: Viewer, *, tried: bool = False) -> int:
    """Open a crisis task for each answer that speaks of danger; give how many were left without one.

    An answer that a former run of this source has raised is not raised again. A member nobody can name
    still gets a task: it goes to the crisis desk as unroutable. ``tried``: the file may bring its own members
    when it is applied, so whoever is not known yet is left for then.
    """
    find, left = _finder(run.source, risks), 0
    for risk in risks:
        member = find(risk)
        if tried and member is None:
            left += 1
            continue
        with transaction.atomic():
            before = ImportReject.objects.filter(run__source=run.source, code=RISK, column=risk.once)
            if before.exists():
                continue
            raise_alarm(
                member_id=member,
                cause=cause_of(run.source, risk.name),
                level=risk.risk.level or "standard",
                because=risk.because,
                by=by,
                verdict=risk.risk.verdict,
                stale=risk.risk.stale,
                contact_note=risk.contact[:300],
            )
            ImportReject.objects.create(
                run=run, file=risk.file[:300], line=risk.line, column=risk.once, code=RISK,
                hint=said(RISK)[:300], severity="warning",
            )  # fmt: skip
    return left


class _finder:  # noqa: N801 - it is called like a function
    """Finds the one member a risk means, or None: nobody, or not certainly one."""

    def __init__(self, source: str, risks: Iterable[FoundRisk]) -> None:
        keys = {risk.member_key for risk in risks} | {n for risk in risks for n in risk.numbers}
        numbers = {number for risk in risks for number in risk.numbers}
        self._keyed = members_by_key(source=source, keys=keys)
        self._numbered = members_by_number(numbers=numbers)
        self._born = dict(self._numbered.values())

    def __call__(self, risk: FoundRisk) -> int | None:
        meant = {self._keyed[key] for key in (risk.member_key, *risk.numbers) if key in self._keyed}
        if not meant:
            meant = {
                member for number in risk.numbers if number in self._numbered
                for member, born in (self._numbered[number],) if risk.born in (None, born)
            }  # fmt: skip
        elif risk.born is not None:
            meant = {m for m in meant if self._born.get(m, risk.born) == risk.born}
        return meant.pop() if len(meant) == 1 else None
