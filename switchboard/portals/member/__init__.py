"""Pages of members and those who act for them: phone first, kind, in English and Spanish."""
