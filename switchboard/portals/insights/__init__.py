"""Insights: demand beside supply, for network managers, contract analysts and supervisors."""
