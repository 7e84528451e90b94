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

#: Why each role looks, in HL7's words (PurposeOfUse); it stands in every audit row.
PURPOSE = {
    Role.MEMBER: "PATRQT",
    Role.PROXY: "PATRQT",
    Role.NAVIGATOR: "CAREMGT",
    Role.CARE_MANAGER: "CAREMGT",
    Role.CRISIS_CLINICIAN: "ETREAT",
    Role.SUPERVISOR: "CAREMGT",
    Role.PRACTITIONER: "TREAT",
    Role.PRACTICE_MANAGER: "HOPERAT",
    Role.REVIEWER: "HPAYMT",
    Role.NETWORK_MANAGER: "HOPERAT",
    Role.CONTRACT_ANALYST: "HOPERAT",
    Role.APPEALS_COORDINATOR: "HPAYMT",
    Role.AUDITOR: "HOPERAT",
    Role.SYSTEM: "HOPERAT",
    Role.ADMINISTRATOR: "HOPERAT",
}
