"""What a hand-off's row says is due next: words and a moment for the queue, worked out from its clocks."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.access import Side
from leads.models.handoff import Promise
from sla.models.agreement import Agreement
from sla.models.commitment import Commitment
from sla.reckoning import Case, Key, Reading


def promises_of(
    cases: Iterable[Case], agreement_of: dict[int, Agreement], readings: dict[Key, Reading]
) -> list[Promise]:
    """The promise of each hand-off, with the attempts that were agreed when it was made."""
    awaited: dict[int, dict[Key, Reading]] = defaultdict(dict)
    for key, reading in readings.items():
        if reading.done_at is None and reading.void_at is None:
            awaited[key.handoff_id][key] = reading
    return [_promise(case, agreement_of[case.handoff_id], awaited[case.handoff_id]) for case in cases]


def _is_owners(key: Key, case: Case, commitment: Commitment) -> bool:
    """Whether this clock tells the owner what to do: of a promise that has no owner's clock, the customer's does."""
    return commitment.side == Side.SALES and (key.owner_id == case.owner_id or not commitment.terms.is_owners)


def _promise(case: Case, agreement: Agreement, awaited: dict[Key, Reading]) -> Promise:
    """The owner's clock counts for the owner, the customer's while nobody owns it; nothing is due during a repair."""
    commitments = {each.pk: each for each in agreement.commitments.all()}
    effort = next((each for each in commitments.values() if each.attempts and each.terms.concerns(case)), None)
    agreed = (effort.attempts, effort.attempt_days) if effort else (0, 0)
    due = [
        (reading.due_at, commitments[key.commitment_id].act[:80])
        for key, reading in awaited.items()
        if _is_owners(key, case, commitments[key.commitment_id])
    ]
    if not due or not case.is_open or case.in_repair_since:
        return Promise(case.handoff_id, None, "", *agreed)
    return Promise(case.handoff_id, *min(due), *agreed)
