"""What a job title tells: how senior the person is, and what they work on.

Each word stands for itself in a title ("CTO" is not found in "Director"). The first row that
matches counts, so a “VP, Head of IT” is a vice president.
"""

SENIORITY: dict[str, tuple[str, ...]] = {
    "Vice president": ("vp", "svp", "evp", "vice president"),
    "Executive": ("chief", "ceo", "cfo", "coo", "cto", "cio", "cmo", "owner", "founder", "president", "partner"),
    "Director": ("director", "head"),
    "Manager": ("manager", "lead", "supervisor", "planner"),
    "Trainee": ("student", "intern", "trainee", "apprentice"),
}

FUNCTION: dict[str, tuple[str, ...]] = {
    "Logistics": ("logistics", "transport", "transportation", "fleet", "supply", "warehouse", "freight", "planner"),
    "Operations": ("operations", "operation", "coo", "production", "plant"),
    "Purchasing": ("purchasing", "procurement", "buyer", "sourcing"),
    "Sales": ("sales", "account", "business development", "cro"),
    "Marketing": ("marketing", "brand", "growth", "cmo"),
    "Finance": ("finance", "financial", "controller", "controlling", "cfo", "accounting"),
    "IT": ("it", "cio", "cto", "software", "data", "information", "technology"),
    "Engineering": ("engineering", "engineer", "development", "research"),
    "People": ("hr", "people", "talent", "human"),
}
