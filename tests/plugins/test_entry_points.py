import pytest

from bench.api import BenchError, DatasetSource, Family, Section
from bench.common import suggestions
from bench.plugins import entry_points
from bench.plugins.generator_facts import declared_info, summary

KINDS: list[tuple[entry_points.Kind, type]] = [("datasets", DatasetSource), ("metrics", Family), ("sections", Section)]


@pytest.mark.parametrize(("kind", "of"), KINDS)
def test_everything_registered_loads(kind: entry_points.Kind, of: type) -> None:
    for name in entry_points.names(kind):
        assert isinstance(entry_points.load(kind, name), of)


def test_generators_say_what_they_are() -> None:
    for name in entry_points.names("generators"):
        cls = entry_points.load("generators", name)
        said = declared_info(cls)
        assert summary(cls)
        assert said.licence != "unknown"
        assert {"quick", "standard"} <= set(said.budgets)


def test_unknown_names_get_their_nearest() -> None:
    with pytest.raises(BenchError, match=r"unknown generator 'beta-vea': did you mean 'beta-vae'\?"):
        entry_points.load("generators", "beta-vea")
    with pytest.raises(BenchError, match=r"expected one of: adult, .*methane-1"):
        entry_points.load("datasets", "qqqq")


def test_long_lists_of_names_are_cut_and_say_where_all_are() -> None:
    with pytest.raises(BenchError) as refused:
        entry_points.expand_name("nope")
    said = str(refused.value)
    assert said.partition(" (see")[0].count(", ") == suggestions.MOST_NAMES - 1
    assert f"and {len(entry_points.choices()) + 1 - suggestions.MOST_NAMES} more" in said
    assert said.endswith("(see `bench list generators`, `presets`)")
    with pytest.raises(BenchError, match=r"did you mean 'vae-enhanced'"):
        entry_points.expand_name("vae-enhancd")
