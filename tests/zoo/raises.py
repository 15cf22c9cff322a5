"""Raises half-way through fit, with a message of several lines."""


class Model:
    """Raises in fit."""

    def fit(self, train, schema, *, seed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        print("about to fail")
        raise ValueError("the covariance is\nnot positive definite")

    def sample(self, n, *, seed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        raise AssertionError("never reached")
