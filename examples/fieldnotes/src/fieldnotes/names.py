"""One spelling for a species, however it was written in the field."""

from __future__ import annotations


def canonical(name: str) -> str:
    """Return the usual name of a species: lower case, no age or sex, nicknames resolved."""
    qualifiers = ["ad", "ads", "juv", "juvs", "imm", "imms", "chick", "chicks", "male", "female", "sp"]
    nicknames = {
        "alk": "razorbill",
        "barnie": "barnacle goose",
        "blackback": "great black-backed gull",
        "bonxie": "great skua",
        "bl kittiwake": "kittiwake",
        "black-legged kittiwake": "kittiwake",
        "common coot": "coot",
        "common eider": "eider",
        "common guillemot": "guillemot",
        "common puffin": "puffin",
        "atlantic puffin": "puffin",
        "cormie": "cormorant",
        "cuddy": "eider",
        "dunter": "eider",
        "european shag": "shag",
        "fulmer": "fulmar",
        "gbbg": "great black-backed gull",
        "goldie": "golden plover",
        "greylag": "greylag goose",
        "herring": "herring gull",
        "hoodie": "hooded crow",
        "lbbg": "lesser black-backed gull",
        "mallie": "fulmar",
        "mavis": "song thrush",
        "merle": "blackbird",
        "mistle": "mistle thrush",
        "murre": "guillemot",
        "norrie": "puffin",
        "northern fulmar": "fulmar",
        "northern gannet": "gannet",
        "oyk": "oystercatcher",
        "oystercatchers": "oystercatcher",
        "peewit": "lapwing",
        "purps": "purple sandpiper",
        "rocky": "rock pipit",
        "sea pie": "oystercatcher",
        "shalder": "oystercatcher",
        "skarf": "shag",
        "solan": "gannet",
        "tammie norrie": "puffin",
        "teuchit": "lapwing",
        "tystie": "black guillemot",
        "wheatie": "wheatear",
        "whaup": "curlew",
    }
    words = []
    for word in name.lower().replace(".", "").split():
        if word.strip("()") not in qualifiers:
            words.append(word)
    spelled = " ".join(words)
    return nicknames.get(spelled, spelled)


def place_code(name: str, width: int = 6) -> str:
    """Return a short upper-case code for a place: consonants first, padded with dots."""
    code = ""
    for letter in name.upper():
        if letter.isalpha() and (letter not in "AEIOU" or not code):
            code += letter
    return code[:width].ljust(width, ".")
