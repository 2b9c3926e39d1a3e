"""The made-up coast, made once for all benchmarks."""

import pytest
from coast import make_journal, make_places, make_season, make_trails


@pytest.fixture(scope="session")
def places():
    return make_places()


@pytest.fixture(scope="session")
def season(places):
    return make_season(places)


@pytest.fixture(scope="session")
def journal():
    return make_journal()


@pytest.fixture(scope="session")
def trails():
    return make_trails()
