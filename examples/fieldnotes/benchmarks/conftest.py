"""The made-up coast, made once for all benchmarks."""

import pytest
from coast import make_journal, make_places, make_season, make_trails


@pytest.fixture(scope="session")
def places() -> list[Place]:
    """Fifty miles of coast with most spots in a few bays."""
    dice = random.Random(7)
    bays = [(60.0 + dice.random(), -1.5 + dice.random()) for _ in range(25)]
    spots = []
    for number in range(270):
        north, east = dice.choice(bays)
        spots.append(Place(f"Spot {number:03d}", north + dice.gauss(0, 0.01), east + dice.gauss(0, 0.02)))
    return spots


@pytest.fixture(scope="session")
def season(places: list[Place]) -> list[Sighting]:
    """Sightings of one year by several observers, in order of day."""
    dice = random.Random(11)
    species = [f"species {number:02d}" for number in range(40)]
    first = datetime.date(2024, 1, 1)
    days = sorted(dice.randrange(366) for _ in range(900))
    visits = [(first + datetime.timedelta(days=day), dice.choice(places).name) for day in days]
    seen = [Sighting(*dice.choice(visits), dice.choice(species), dice.randint(1, 60)) for _ in range(900)]
    seen += dice.sample(seen, 180)
    return sorted(seen, key=lambda sighting: sighting.day)


@pytest.fixture(scope="session")
def journal() -> str:
    """The text of some 250 visits."""
    dice = random.Random(13)
    lines = []
    for visit in range(250):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(days=visit)
        written = day.isoformat() if visit % 3 else day.strftime("%d %b %Y")
        lines.append(f"{written} @ Spot {dice.randrange(270):03d}")
        for name in dice.sample(WRITTEN, 8):
            lines.append(
                f"  {name} {dice.choice(['', '~'])}{dice.randint(1, 400)} {dice.choice(NOTES)}".rstrip()
            )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def trails():
    return make_trails()
