"""When this happened there, do that here: every cross-capability effect, on one screen (``wiring.py``)."""
