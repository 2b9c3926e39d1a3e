"""A made-up year on a made-up coast, the same on every run."""

import datetime
import random

from fieldnotes import Place, Sighting

WRITTEN = (
    "razorbill|Puffin|Tystie|B.L. Kittiwake|eider (ad.) female|Dunter juvs|gannet|Solan|shag|Bonxie|fulmar|curlew|"
    "Common Guillemot|rock pipit|Wheatie|oyk|GBBG|lapwing|Peewit|turnstone|dunlin|Arctic tern|whimbrel|twite"
).split("|")
NOTES = ["", "", "", "", "flying north", "on the rocks below the light,\n    some asleep", "calling"]


def make_places() -> list[Place]:
    """Fifty miles of coast with most spots in a few bays."""
    dice = random.Random(7)
    bays = [(60.0 + dice.random(), -1.5 + dice.random()) for _ in range(25)]
    spots = []
    for number in range(240):
        north, east = dice.choice(bays)
        spots.append(Place(f"Spot {number:03d}", north + dice.gauss(0, 0.01), east + dice.gauss(0, 0.02)))
    return spots


def make_season(places: list[Place]) -> list[Sighting]:
    """Sightings of one year by several observers, in order of day."""
    dice = random.Random(11)
    species = [f"species {number:02d}" for number in range(40)]
    first = datetime.date(2024, 1, 1)
    days = sorted(dice.randrange(366) for _ in range(900))
    visits = [(first + datetime.timedelta(days=day), dice.choice(places).name) for day in days]
    seen = [Sighting(*dice.choice(visits), dice.choice(species), dice.randint(1, 60)) for _ in range(800)]
    seen += dice.sample(seen, 150)
    return sorted(seen, key=lambda sighting: sighting.day)


def make_journal() -> str:
    """The text of some 250 visits."""
    dice = random.Random(13)
    lines = []
    for visit in range(250):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(days=visit)
        written = day.isoformat() if visit % 3 else day.strftime("%d %b %Y")
        lines.append(f"{written} @ Spot {dice.randrange(240):03d}")
        for name in dice.sample(WRITTEN, 8):
            lines.append(
                f"  {name} {dice.choice(['', '~'])}{dice.randint(1, 400)} {dice.choice(NOTES)}".rstrip()
            )
    return "\n".join(lines) + "\n"


def make_trails() -> dict[str, list[tuple[str, float]]]:
    """A ragged net of paths over a moor."""
    dice = random.Random(17)
    side = 22
    ways: dict[str, list[tuple[str, float]]] = {
        f"{row}/{column}": [] for row in range(side) for column in range(side)
    }
    for row in range(side):
        for column in range(side):
            for ahead, aside in ((row + 1, column), (row, column + 1)):
                if ahead < side and aside < side and dice.random() < 0.85:
                    length = dice.uniform(0.2, 1.5)
                    ways[f"{row}/{column}"].append((f"{ahead}/{aside}", length))
                    ways[f"{ahead}/{aside}"].append((f"{row}/{column}", length))
    return ways
