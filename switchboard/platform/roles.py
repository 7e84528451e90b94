"""The roles people sign in with. What each may see and do stands in the rulebook (``access/matrix``)."""

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is to the plan."""

    MEMBER = "member"
    PROXY = "proxy"
    NAVIGATOR = "navigator"
    CARE_MANAGER = "care_manager"
    CRISIS_CLINICIAN = "crisis_clinician"
    SUPERVISOR = "supervisor"
    PRACTITIONER = "practitioner"
    PRACTICE_MANAGER = "practice_manager"
    REVIEWER = "utilization_reviewer"
    NETWORK_MANAGER = "network_manager"
    CONTRACT_ANALYST = "contract_analyst"
    APPEALS_COORDINATOR = "appeals_coordinator"
    AUDITOR = "auditor"
    SYSTEM = "system_client"
    ADMINISTRATOR = "administrator"


STAFF = frozenset(Role) - {Role.MEMBER, Role.PROXY, Role.SYSTEM}
