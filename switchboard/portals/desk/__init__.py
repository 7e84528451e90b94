"""The desk: what navigators, care managers, supervisors and crisis clinicians work on."""
