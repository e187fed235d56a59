"""Regions by name, as the countries they are made of; so that a text says which countries it means."""

REGIONS: dict[str, tuple[str, ...]] = {
    "Benelux": ("Belgium", "Netherlands", "Luxembourg"),
    "DACH": ("Germany", "Austria", "Switzerland"),
    "Nordics": ("Denmark", "Finland", "Iceland", "Norway", "Sweden"),
    "Baltics": ("Estonia", "Latvia", "Lithuania"),
    "Iberia": ("Portugal", "Spain"),
    "British Isles": ("United Kingdom", "Ireland"),
    "North America": ("United States", "Canada", "Mexico"),
}
_BY_NAME = {name.lower(): countries for name, countries in REGIONS.items()}


def countries_of(names: list[str]) -> list[str]:
    """The names with every region replaced by its countries, each once, in their order."""
    spelled = [country for name in names for country in _BY_NAME.get(name.lower(), (name,))]
    return list({country.lower(): country for country in spelled}.values())
