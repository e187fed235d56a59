"""The stages of a lead as both sides write them down: a first proposal, good enough to start from."""

from dataclasses import asdict, dataclass
from typing import Any

from accounts.access import Side

MARKETING, SALES = Side


@dataclass(frozen=True)
class StageOnMap:
    """One stage: who owns it, how a lead comes in and leaves, how many days it may stay (None: as long as it likes),
    and what we do meanwhile.
    """

    key: str
    owner: str
    entry: str
    exit: str
    days: int | None
    what: str

    @property
    def label(self) -> str:
        return LABELS[self.key]

    @property
    def sentence(self) -> str:
        """The stage as it is signed."""
        stays = "" if self.days is None else f" At most {self.days} {'day' if self.days == 1 else 'days'}."
        return f"{self.label}, {self.owner}’s. In: {self.entry} Out: {self.exit}{stays} Meanwhile: {self.what}"

    def kept(self) -> dict[str, Any]:
        """As a document keeps it."""
        return asdict(self)


LABELS = {
    "lead": "Lead", "mql": "MQL", "sal": "SAL", "sql": "SQL", "opportunity": "Opportunity", "customer": "Customer",
    "recycled": "Recycled", "disqualified": "Disqualified", "lost": "Lost",
}  # fmt: skip

DEFAULTS = (
    StageOnMap(
        "lead", MARKETING, "A person leaves contact data.", "The person meets the signed criteria.", 365,
        "Marketing informs them, and asks once a year whether they still want to hear from us.",
    ),
    StageOnMap(
        "mql", SALES, "The criteria are met and the lead is handed over.", "Sales accepts or returns it.", 3,
        "The rep reads why it came and makes the first attempt.",
    ),
    StageOnMap(
        "sal", SALES, "Sales accepted it.", "The checklist is answered, or the lead goes back with a reason.", 20,
        "The rep calls and writes as agreed until the person is reached.",
    ),
    StageOnMap(
        "sql", SALES, "The checklist is answered and sales agrees.", "A deal is opened, or the lead goes back.", 30,
        "The rep meets the people who decide and writes down the next step.",
    ),
    StageOnMap(
        "opportunity", SALES, "A deal with an amount and a closing day is open.", "It is won or lost.", 120,
        "The rep keeps amount, closing day and next step up to date; marketing sends what helps to decide.",
    ),
    StageOnMap(
        "customer", SALES, "The deal is won.", "The customer leaves us.", None,
        "Sales looks for more business; marketing asks for a story.",
    ),
    StageOnMap(
        "recycled", MARKETING, "Sales sends it back: not now.", "The person does something new that qualifies.", 180,
        "Marketing has a plan and a day on which it looks again.",
    ),
    StageOnMap(
        "disqualified", MARKETING, "It will not become a customer, as far as we know.", "It was a mistake.", None,
        "Nobody writes or calls.",
    ),
    StageOnMap(
        "lost", MARKETING, "The deal is lost, with the reason.", "The person does something new that qualifies.", 365,
        "Marketing keeps in touch, and sales tries again when the reason has gone.",
    ),
)  # fmt: skip
