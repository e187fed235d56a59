"""Definitions, people and moments for hypothesis to draw, and their rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from campaigns.models import Campaign, Content
from common.titles import FUNCTION, SENIORITY
from leads import scoring
from leads.facts import persona_fact
from leads.models import Attribute
from tests.leads.scored_people import DAY, definition, signed_persona, write
from tests.oracles import scoring as oracle

ZONES = [
    "UTC",
    "Europe/Amsterdam",
    "America/Havana",
    "Africa/Cairo",
    "Atlantic/Azores",
    "Asia/Kathmandu",
    "America/St_Johns",
]
# Days around which the clocks change in those zones, and an ordinary one.
DAYS = [
    datetime(2026, month, day, tzinfo=UTC)
    for month, day in [(3, 8), (3, 29), (4, 24), (10, 25), (10, 30), (11, 1), (6, 15)]
]
TITLES = ["", " VP Sales ", "vp of engineering", "Head of IT", "Student", "DIRECTRICE, Éducation", "CEO"]
WORDS = ["vp", "Head", "student", "éducation", "CEO", "sales", "o"]
COUNTRIES = ["", "NL", "de", " Nl", "FR"]
KINDS = ["webinar_attended", "pricing_page", "demo_request", "download"]
STORED = [
    "fit",
    "engagement",
    "total",
    "grade",
    "qualifies",
    "fast_track",
    "hot",
    "engaged_at",
    "fast_track_at",
    "changes_on",
]

ATTRIBUTES = [
    ("plan", "text", "lead"),
    ("seats", "number", "lead"),
    ("agrees", "boolean", "lead"),
    ("renewal", "date", "company"),
]

hundredths = st.integers(-3000, 3000).filter(bool).map(lambda cents: Decimal(cents) / 100)
moments = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds), st.sampled_from(DAYS), st.integers(-40_000, 130_000)
)


def text_condition(field, words):
    many = st.lists(st.sampled_from(words), min_size=1, max_size=3)
    one = many.map(lambda given: given[:1])
    return st.one_of(
        st.builds(
            lambda operator, values: {"field": field, "operator": operator, "values": values},
            st.sampled_from(["is_any_of", "is_none_of", "contains", "does_not_contain", "starts_with"]),
            many,
        ),
        st.builds(
            lambda operator, values: {"field": field, "operator": operator, "values": values},
            st.sampled_from(["is", "is_not"]),
            one,
        ),
        st.sampled_from(["is_known", "is_unknown"]).map(
            lambda operator: {"field": field, "operator": operator, "values": []}
        ),
    )


def number_condition(field):
    number = st.integers(-20, 300).map(lambda n: str(Decimal(n) / 2))
    one = st.builds(
        lambda operator, value: {"field": field, "operator": operator, "values": [value]},
        st.sampled_from(["is", "is_not", "at_least", "at_most", "greater_than", "less_than"]),
        number,
    )
    two = st.builds(
        lambda low, more: {"field": field, "operator": "between", "values": [str(low), str(low + more)]},
        st.integers(-10, 150),
        st.integers(1, 200),
    )
    return st.one_of(one, two, st.just({"field": field, "operator": "is_unknown", "values": []}))


def date_condition(field):
    return st.one_of(
        st.builds(
            lambda operator, days: {"field": field, "operator": operator, "values": [days]},
            st.sampled_from(["within_days", "not_within_days"]),
            st.integers(1, 40),
        ),
        st.builds(
            lambda operator, day: {"field": field, "operator": operator, "values": [day.date().isoformat()]},
            st.sampled_from(["before", "after"]),
            moments,
        ),
    )


def yes_or_no(field):
    return st.booleans().map(lambda answer: {"field": field, "operator": "is", "values": [answer]})


some = st.lists
personas = st.fixed_dictionaries(
    {"titles": some(st.sampled_from(WORDS), max_size=2)},
    optional={
        "industries": some(st.sampled_from(["Retail", "logistics"]), max_size=2),
        "countries": some(st.sampled_from(["NL", "DE", "fr"]), max_size=2),
        "seniority": some(st.sampled_from(list(SENIORITY)), max_size=3),
        "functions": some(st.sampled_from(list(FUNCTION)), max_size=3),
        "people_from": st.integers(0, 80),
        "people_to": st.integers(81, 200),
    },
)
on_personas = st.builds(
    lambda traits, answer: {"persona": traits, "operator": "is", "values": [answer]}, personas, st.booleans()
)
on_facts = st.one_of(
    on_personas,
    text_condition("seniority", ["Executive", "director", "Vice president"]),
    text_condition("function", ["Sales", "it"]),
    text_condition("title", WORDS),
    text_condition("country", ["NL", "DE", "fr"]),
    text_condition("lead:plan", ["gold", "Silver"]),
    text_condition("industry", ["Retail", "logistics"]),
    number_condition("employees"),
    number_condition("lead:seats"),
    date_condition("created"),
    date_condition("company:renewal"),
    *map(yes_or_no, ["business_email", "opted_out", "named_account", "customer", "open_deal", "lead:agrees"]),
)
lasting = st.one_of(
    st.just({}),
    st.integers(1, 30).map(lambda days: {"window_days": days}),
    st.integers(1, 9).map(lambda days: {"halves_days": days}),
)
on_touches = st.builds(
    lambda kind, lasts, where: {"touch_kind": kind, **lasts, **where},
    st.sampled_from(["", *KINDS]),
    lasting,
    st.sampled_from([{}, {}, {}, {"campaign": 0}, {"content": 0}]),
)
capped = st.one_of(st.just({}), st.integers(1, 4000).map(lambda cents: {"cap": Decimal(cents) / 100}))


def section(name, conditions):
    return conditions.map(lambda rule: {"section": name, **rule})


rules = st.one_of(
    section("must", on_facts),
    section("never", on_facts),
    section("fast_track", on_touches | on_facts),
    st.builds(lambda rule, points: {"section": "scored", "points": points, **rule}, on_facts, hundredths),
    st.builds(
        lambda rule, points, cap: {"section": "scored", "points": points, **rule, **cap}, on_touches, hundredths, capped
    ),
)
minimum = st.one_of(st.none(), st.integers(-10, 30).map(Decimal))
definitions = st.fixed_dictionaries(
    {
        "rules": st.lists(rules, min_size=1, max_size=8),
        "terms": st.fixed_dictionaries(
            {
                "zone": st.sampled_from(ZONES),
                "threshold": st.integers(1, 60).map(Decimal),
                "min_fit": minimum,
                "min_engagement": minimum,
                "hot_at": st.one_of(st.none(), st.integers(60, 90).map(Decimal)),
            }
        ),
    }
)
# The oracle's acts and dates stand as seconds before the moment asked about.
before = st.integers(-40_000, 45 * 86_400)
since = st.integers(0, 45 * 86_400)
people = st.builds(
    dict,
    title=st.sampled_from(TITLES),
    email=st.sampled_from(["", "@gmail.com", "@web.de", "@acme.example"]),
    country=st.sampled_from(COUNTRIES),
    attributes=st.fixed_dictionaries(
        {},
        optional={
            "plan": st.sampled_from(["Gold", " silver", ""]),
            "seats": st.sampled_from([0, 5, 7.5, 100]),
            "agrees": st.booleans(),
        },
    ),
    created=st.integers(0, 60 * 86_400),
    opted_out=st.one_of(st.none(), before),
    counts_from=st.one_of(st.none(), since),  # nobody was returned in the future
    firm=st.one_of(
        st.none(),
        st.fixed_dictionaries(
            {
                "industry": st.sampled_from(["", "retail", "Logistics"]),
                "employees": st.sampled_from([None, 0, 10, 75, 200]),
                "country": st.sampled_from(COUNTRIES),
                "named_account": st.booleans(),
                "customer_since": st.one_of(st.none(), before),
                "renewal": st.one_of(st.none(), st.integers(-50, 50)),
            }
        ),
    ),
    acts=st.lists(st.tuples(st.sampled_from(KINDS), before, st.booleans() | st.just(True), st.booleans()), max_size=8),
    deals=st.lists(st.tuples(st.integers(0, 40 * 86_400), st.one_of(st.none(), before)), max_size=2),
)


def person(drawn: dict, number: int, as_of: datetime, campaign: int, content: int) -> oracle.Person:
    """One of the drawn people, with dates counted from the moment asked about."""

    def ago(seconds):
        return None if seconds is None else as_of - timedelta(seconds=seconds)

    firm = drawn["firm"] and oracle.Firm(
        industry=drawn["firm"]["industry"],
        employees=drawn["firm"]["employees"],
        country=drawn["firm"]["country"],
        named_account=drawn["firm"]["named_account"],
        customer_since=ago(drawn["firm"]["customer_since"]),
        attributes={}
        if drawn["firm"]["renewal"] is None
        else {"renewal": (as_of.date() - drawn["firm"]["renewal"] * DAY).isoformat()},
    )
    return oracle.Person(
        created_at=ago(drawn["created"]),
        email=drawn["email"] and f"p{number}{drawn['email']}",
        title=drawn["title"],
        country=drawn["country"],
        attributes=drawn["attributes"],
        opted_out_at=ago(drawn["opted_out"]),
        counts_from=ago(drawn["counts_from"]),
        firm=firm,
        acts=[
            oracle.Act(
                kind,
                ago(seconds),
                responded,
                campaign if tagged else None,
                content if tagged else None,
                "Guide" if tagged else ("", "/a", "/b", "/c", "/d")[seconds % 5],
            )
            for kind, seconds, responded, tagged in drawn["acts"]
        ],
        deals=[
            (ago(opened), None if closed is None else max(ago(closed), ago(opened)))
            for opened, closed in drawn["deals"]
        ],
    )


crowd = st.lists(people, min_size=1, max_size=5)


def _with_persona(rule: dict, at: datetime) -> dict:
    """The rule, asking for a persona of these traits if it asks for one."""
    if "persona" not in rule:
        return rule
    version = signed_persona(rule["persona"], at=at)
    return {key: value for key, value in rule.items() if key != "persona"} | {"field": persona_fact(version).key}


class Case:
    """A definition and people in the database, as hypothesis drew them."""

    def __init__(self, drawn: dict, population: list[dict], as_of: datetime) -> None:
        for key, kind, on in ATTRIBUTES:
            Attribute.objects.create(key=key, label=key, type=kind, on=on, created_at=as_of)
        campaign, content = Campaign.objects.create(name="Fair"), Content.objects.create(title="Guide")
        places = {"campaign": campaign, "content": content}
        rows = [_with_persona(rule, as_of) for rule in drawn["rules"]]
        rows = [{key: places.get(key, value) for key, value in rule.items()} for rule in rows]
        self.as_of = as_of
        self.criteria = definition(*rows, at=as_of, **drawn["terms"])
        self.rules = list(self.criteria.rules.all())
        self.people = [person(each, n, as_of, campaign.pk, content.pk) for n, each in enumerate(population)]
        self.leads = write(self.people)

    def expected(self, as_of: datetime | None = None) -> list[dict]:
        return [oracle.score(self.criteria, self.rules, each, as_of or self.as_of) for each in self.people]

    def scores(self, moments) -> list[dict]:
        found = {score.lead_id: score for score in scoring.evaluate(self.criteria, moments)}
        return [{name: getattr(found[lead.pk], name) for name in STORED} for lead in self.leads]


def quiet(drawn: dict) -> dict:
    """The same person, to whom nothing happens after the moment: then time alone changes the score."""

    def past(seconds):
        return seconds if seconds is None else max(seconds, 0)

    firm = drawn["firm"] and drawn["firm"] | {"customer_since": past(drawn["firm"]["customer_since"])}
    acts = [(kind, past(seconds), responded, tagged) for kind, seconds, responded, tagged in drawn["acts"]]
    deals = [(opened, None if closed is None else max(closed, 0)) for opened, closed in drawn["deals"]]
    return drawn | {"firm": firm, "acts": acts, "deals": deals, "opted_out": past(drawn["opted_out"])}
