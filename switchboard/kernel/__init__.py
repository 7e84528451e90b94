"""Pure ideas every room shares: reasons, periods, clocks, codes, places. No Django, no I/O, no clock."""
