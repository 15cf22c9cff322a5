"""Never finishes fitting."""

import time


class Model:
    """Sleeps for an hour."""

    def fit(self, train, schema, *, seed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        time.sleep(3600)

    def sample(self, n, *, seed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        raise AssertionError("never reached")
