import pytest

from fieldnotes import canonical, place_code


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("Razorbill", "razorbill"),
        ("  rock   pipit ", "rock pipit"),
        ("Tystie", "black guillemot"),
        ("B.L. Kittiwake", "kittiwake"),
        ("tammie norrie", "puffin"),
        ("eider (ad.) female", "eider"),
        ("dunter juvs", "eider"),
        ("", ""),
    ],
)
def test_a_species_has_one_spelling(written, usual):
    assert canonical(written) == usual


def test_a_usual_name_stays_as_it_is():
    assert canonical(canonical("GBBG")) == canonical("GBBG") == "great black-backed gull"


@pytest.mark.parametrize(
    ("name", "code"), [("North Cliff", "NRTHCL"), ("Aith", "ATH..."), ("Eynhallow", "EYNHLL"), ("", "......")]
)
def test_a_place_has_a_code(name, code):
    assert place_code(name) == code


def test_a_code_can_be_of_another_width():
    assert place_code("Mill Pond", width=3) == "MLL"
