"""The ways from what a figure counts to the lead it is about, and to the number of that lead's life."""

from common.metrics import Trail

OF_LEAD = Trail("lead", "episode")  # from a hand-off
OF_EPISODE = Trail("lead", "number")
VIA_HANDOFF = Trail("handoff__lead", "handoff__episode")
WITH_HANDOFF = Trail("lead", "handoff__episode")  # from a deal or an attempt, which may be on no hand-off
