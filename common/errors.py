"""What the product says no with. Every refusal is a sentence for the person and leaves nothing half done."""


class Refused(Exception):
    """A verb was refused and nothing was changed; `str()` of it is the sentence to show. HTTP 409."""

    status = 409
    title = "Refused"


class IllegalMove(Refused):
    """The lifecycle does not allow this move from where the lead is now."""

    title = "This move is not possible now"


class NotAllowed(Refused):
    """The person may see the thing but may not do this to it. HTTP 403."""

    status = 403
    title = "Not allowed"


class Incomplete(Refused):
    """Something the verb needs is missing or wrong. HTTP 422; `field` names it where there is one."""

    status = 422
    title = "Something is missing"

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
