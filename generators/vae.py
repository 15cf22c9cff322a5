"""A plain variational autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bench.api import Budget, GeneratorInfo

from .networks.autoencoder.variational import VariationalLearner


@dataclass(kw_only=True, eq=False)
class VAE(VariationalLearner):
    """Variational autoencoder: N(0, I) prior, Gaussian decoder, one learned noise scale per feature, constant beta."""

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Kingma and Welling (2014), Auto-Encoding Variational Bayes; noise scale: Rybkin et al. (2021)",
        packages=("torch", "numpy", "scipy", "scikit-learn"),
        install="pip install torch numpy scipy scikit-learn",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600}, 3), "standard": Budget({}, 9)},
        kinds=frozenset({"numeric", "categorical", "datetime", "missing"}),
    )

    loss: Literal["mse", "mae", "gaussian"] = "gaussian"
