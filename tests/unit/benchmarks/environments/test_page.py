from perfagent.benchmarks.environments.page import document, row
from perfagent.benchmarks.environments.trial import Outcome, Package, packages

PACKAGE = Package("x", "1", "flat", ("import x", "return 1"))
COUNTS = {
    "passed": 3, "failed": 1, "flaky": 0, "uncollected": 0, "python": "3.9.1", "candidates_s": [0.9, 0.2, 0.25, 0.3],
}  # fmt: skip


def test_a_package_that_works() -> None:
    result = (PACKAGE, Outcome(COUNTS, 20.4), Outcome(COUNTS, 1.55, {"checkout": 0.5}))

    assert row(result) == "| x 1 | flat | 3.9.1 | 20 | 1.6 | 0.90 / 0.25 | 3 / 1 / 0 | works |"
    assert "1 of 1 work." in document([result]) and "| x | 0.50 |" in document([result])


def test_a_package_that_does_not_shows_the_users_line() -> None:
    failed = Outcome({"error": "no Python 3.5 is here\n  really"}, 2.0)

    assert row((PACKAGE, failed, failed)).endswith("| no Python 3.5 is here really |")
    assert "0 of 1 work." in document([(PACKAGE, failed, failed)])


def test_rows_of_an_earlier_page_stay_and_those_tried_again_are_replaced() -> None:
    other = Package("y", "2", "src", ("import y", "return 1"))
    failed = Outcome({"error": "a | b"}, 2.0, {"checkout": 0.1, "environment": 3})
    old = document([(PACKAGE, failed, failed), (other, failed, failed)])
    new = document([(PACKAGE, Outcome(COUNTS, 20.4), Outcome(COUNTS, 1.55, {"checkout": 0.5}))], old)

    assert "1 of 2 work." in new and new.count("| x 1 |") == new.count("| y 2 |") == 1
    assert "| y | 0.10 | 3.00 |" in new and "| x | 0.50 | – |" in new
    assert document([], new) == new


def test_every_package_is_named_once_and_has_a_body() -> None:
    found = packages()
    assert len({package.name for package in found}) == len(found) >= 12
    assert all(package.body[-1].startswith("return") for package in found)
