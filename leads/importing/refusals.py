"""The file of refused rows: each as it stood, with its line and its reason, to be mended and imported again."""

from collections.abc import Iterator

from leads.models import Import


def refused_rows(found: Import) -> Iterator[list[str]]:
    """The header and the refused rows, as cells."""
    headers = [column["header"] for column in found.columns]
    yield [*headers, "Line", "Why it was refused"]
    for row in found.refusals.order_by("line").iterator():
        cells = row.cells[: len(headers)] + [""] * (len(headers) - len(row.cells))
        yield [*cells, str(row.line), row.reason]
