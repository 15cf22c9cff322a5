import pytest

from bench import registry
from bench.api import BenchError, DatasetSource, Family, Section

KINDS: list[tuple[registry.Kind, type]] = [("datasets", DatasetSource), ("metrics", Family), ("sections", Section)]


@pytest.mark.parametrize(("kind", "of"), KINDS)
def test_everything_registered_loads(kind: registry.Kind, of: type) -> None:
    for name in registry.names(kind):
        assert isinstance(registry.load(kind, name), of)


def test_generators_say_what_they_are() -> None:
    for name in registry.names("generators"):
        cls = registry.load("generators", name)
        said = registry.info(cls)
        assert registry.summary(cls)
        assert said.licence != "unknown"
        assert {"quick", "standard"} <= set(said.budgets)


def test_unknown_names_get_their_nearest() -> None:
    with pytest.raises(BenchError, match=r"unknown generator 'beta-vea': did you mean 'beta-vae'\?"):
        registry.load("generators", "beta-vea")
    with pytest.raises(BenchError, match=r"expected one of: .*station"):
        registry.load("datasets", "qqqq")


def test_long_lists_of_names_are_cut_and_say_where_all_are() -> None:
    with pytest.raises(BenchError) as refused:
        registry.expand("nope")
    said = str(refused.value)
    assert said.partition(" (see")[0].count(", ") == registry.MOST_NAMES - 1
    assert f"and {len(registry.choices()) + 1 - registry.MOST_NAMES} more" in said
    assert said.endswith("(see `bench list generators`, `presets`)")
    with pytest.raises(BenchError, match=r"did you mean 'vae-enhanced'"):
        registry.expand("vae-enhancd")
