"""Which reasons of a triage a viewer is told: what the access matrix gives them of each, and no more.

A navigator is given a flag where somebody spoke of death, violence or an overdose: that there is a safety
answer and who has it, never what was said (classes D5, D6, D9 of the matrix).
"""

from collections.abc import Iterable, Iterator

from switchboard.kernel.reasons import Reason
from switchboard.platform.access import DataClass, Extent, Viewer, extent
from switchboard.platform.audit import relation_to

#: What was said about dying, hurting or being hurt (D5), and about alcohol or drugs (D6).
ABOUT_SAFETY = frozenset(
    f"triage_{what}"
    for what in ("risk_now", "risk", "risk_unknown", "overdose", "withdrawal", "others", "unsafe")
)
ABOUT_USE = frozenset({"triage_alcohol", "triage_alcohol_high", "triage_drugs"})
OF_A_CHILD = "_theirs"  # what a parent answered about them
GROWN_UP = 18  # from this birthday nobody counts as a minor


def told_to(
    viewer: Viewer, *, member_id: int, because: Iterable[Reason], own_as_minor: bool
) -> tuple[Reason, ...]:
    """Give the reasons as this viewer may know them, each once.

    ``own_as_minor``: somebody under eighteen asked for themselves. Who sees clinical answers in full sees
    theirs and those about alcohol or drugs too: what people tell their plan is no record of a program.
    """
    relation = relation_to(viewer, member_id, scope="assessments")
    seen = {c: extent(viewer=viewer, data_class=c, relation=relation).outcome for c in _CLASSES}
    return tuple(dict.fromkeys(_told(because, seen, own_as_minor=own_as_minor)))


_CLASSES = (DataClass.CLINICAL, DataClass.CRISIS, DataClass.SUD, DataClass.MINOR_OWN)


def _told(
    because: Iterable[Reason], seen: dict[DataClass, Extent], *, own_as_minor: bool
) -> Iterator[Reason]:
    for reason in because:
        kind = _class_of(reason, own_as_minor=own_as_minor)
        if kind in (DataClass.SUD, DataClass.MINOR_OWN) and seen[DataClass.CLINICAL] is Extent.FULL:
            kind = DataClass.CLINICAL
        much = seen[kind]
        if much is Extent.FULL or (much is Extent.MASKED and "total" not in reason.params):
            yield reason
        elif much is Extent.FLAG:
            yield Reason("flag_safety_answer" if kind is DataClass.CRISIS else "flag_protected")


def _class_of(reason: Reason, *, own_as_minor: bool) -> DataClass:
    if reason.code.removesuffix(OF_A_CHILD) in ABOUT_SAFETY:
        return DataClass.CRISIS
    if reason.code in ABOUT_USE:
        return DataClass.SUD
    return DataClass.MINOR_OWN if own_as_minor else DataClass.CLINICAL
