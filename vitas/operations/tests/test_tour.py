"""docs/tour.md shows what `make screenshots` would write."""

from vitas.operations.tour import the_tour
from vitas.operations.tour.places import PLACES

SMALL = 1_000_000  # bytes of all pictures together


def test_tour_shows_each_of_its_pictures_and_there_is_no_other():
    pictures = {file.name for file in the_tour.FOLDER.iterdir()}

    assert the_tour.DOCUMENT.read_text() == the_tour.document()
    assert pictures == {stop.file for stop in the_tour.stops()}


def test_pictures_are_small():
    assert sum(file.stat().st_size for file in the_tour.FOLDER.iterdir()) < SMALL


def test_places_have_names_of_their_own_and_stops_are_places():
    names = [place.name for place in PLACES]

    assert len(names) == len(set(names))
    assert {stop.place for stop in the_tour.stops()} <= set(names)
