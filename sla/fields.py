"""The fields of a person that both sides can agree a hand-off has to have, each with the fact that tells it."""

FIELDS = {
    "email": ("an e-mail address", "email_domain"),
    "phone": ("a phone number", "phone"),
    "title": ("a title", "title"),
    "company": ("a company", "company"),
    "industry": ("the industry", "industry"),
    "employees": ("the number of people", "employees"),
    "country": ("the country", "country"),
    "city": ("the city", "city"),
    "source": ("the source", "source"),
}
USUAL = ["email", "title", "company", "employees"]


def label(key: str) -> str:
    """A field in words, such as "a phone number"."""
    return FIELDS[key][0]
