"""The agreement on paper: the signed text word for word, both signatures, and the same file every time."""

from datetime import timedelta

import pytest

from agreements.models import Revision
from agreements.signing import signing_context
from sla.models import Agreement
from sla.paper import pdf
from tests.builders import agreement_in_force
from tests.reading_pdf import words_of

DAY = timedelta(days=1)


@pytest.fixture
def signed(theo, nora, at) -> Agreement:
    return Agreement.objects.with_terms().get(pk=agreement_in_force(theo=theo, nora=nora, at=at).pk)


def on_paper(agreement: Agreement, reader) -> bytes:
    agreement = Agreement.objects.with_terms().get(pk=agreement.pk)
    return pdf(agreement, signing_context(agreement.revision, reader)["lines"])


def solid(text: str) -> str:
    return "".join(text.split())


def test_it_carries_the_signed_text_and_both_signatures(signed, maya):
    words = words_of(on_paper(signed, maya))
    revision = Revision.objects.get(pk=signed.revision_id)

    rest = words
    for line in revision.text.splitlines():
        _, found, rest = rest.partition(solid(line))
        assert found, line
    assert solid("Marketing Theo Blom signed 11 March 2026, 10:00 (Europe/Amsterdam)") in rest
    assert solid("Sales Nora Vos signed 11 March 2026, 10:00 (Europe/Amsterdam)") in rest
    assert revision.sha256 in rest


def test_what_people_write_is_never_read_as_commands(theo, nora, at, maya):
    draft = Agreement.objects.draft_from(None, by=theo, at=at)
    written = '#panic("no") $x$ *bold* \\ // <tag> "quoted" @ref [a] = b'
    draft.edit(by=theo, sections={"talking": written})

    assert solid(written) in words_of(on_paper(draft, maya))


def test_the_same_version_is_the_same_file(signed, maya, theo, clock_shows, at):
    first = on_paper(signed, maya)
    clock_shows(at + 40 * DAY)

    assert on_paper(signed, theo) == first


def test_a_draft_says_that_it_is_one(theo, at, maya):
    words = words_of(on_paper(Agreement.objects.draft_from(None, by=theo, at=at), maya))

    assert words.startswith("Agreement,version1Draft")
    assert "Marketingnotsigned" in words
    assert "SHA-256" not in words


def test_everybody_may_take_it_along(signed, client_of, sam):
    answer = client_of(sam).get("/sla/agreement/1/pdf/")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agreement-v1.pdf"'
    assert answer.content.startswith(b"%PDF-1.7")
