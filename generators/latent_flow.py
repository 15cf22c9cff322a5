"""Flow matching on the codes of a variational autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import Budget, GeneratorInfo
from bench.seeds import derive

from .networks.flow.hyperparameters import FlowEpoch
from .networks.flow.learner import FlowLearner
from .shared.option_checks import NonNegativeFloat, PositiveInt

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import torch
    from numpy.typing import NDArray

    from .networks.autoencoder.models import VariationalAutoencoder
    from .networks.autoencoder.training_plan import AutoencoderEpoch
    from .networks.learner import FittedNetworks


@dataclass(kw_only=True, eq=False)
class LatentFlow(FlowLearner):
    """VAE, then flow matching on its posterior draws: a drawn code is decoded with the decoder's own noise.

    How the defaults were chosen is in docs/models.md.

    Attributes:
        latent: latent variables; at most as many as features.
        beta: weight of the VAE's KL term: small, as codes are drawn from the flow and not from N(0, I).
        coder_steps: of the optimiser for the VAE, before the `steps` of the flow.
        coder_lr: peak learning rate of the VAE.
        coder_width: of the VAE's hidden layers.
        components: Gaussians in the decoder's mixture.
        draws: from the posterior of each row that the flow learns from.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Zhang et al. (2024), TabSyn; flow: Lipman et al. (2023)",
        packages=("torch", "numpy", "scipy"),
        install="pip install torch numpy scipy",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600, "coder_steps": 300}, 6), "standard": Budget({}, 65)},
    )

    steps: PositiveInt = 10_000
    latent: PositiveInt = 9
    beta: NonNegativeFloat = 0.2
    coder_steps: PositiveInt = 2500
    coder_lr: NonNegativeFloat = 5e-3
    coder_width: PositiveInt = 128
    components: PositiveInt = 8
    draws: PositiveInt = 4

    def history(self) -> pd.DataFrame:
        """Returns one row per epoch: first of the VAE, with losses in nats per row, then of the flow (`flow` true)."""
        frame = super().history()
        return frame.assign(flow=frame["epoch"] >= self._first)

    def _encode(self, features: torch.Tensor, watched: torch.Tensor, seed: int) -> tuple[dict[str, Any], torch.Tensor]:
        import torch

        from .networks.autoencoder.training_loop import train_autoencoder
        from .networks.autoencoder.training_plan import TrainingPlan
        from .networks.flow.latent_coder import latent_coder

        vae = self._vae(features.shape[1], min(self.latent, features.shape[1])).to(features.device)
        plan = TrainingPlan(self.coder_steps, lr=self.coder_lr, beta=self.beta, settle=0.75)
        steps_seed, rows, others = derive(seed, "steps"), features[~watched], features[watched]
        vae, _ = train_autoencoder(vae, rows, others, plan, steps_seed, self._record_coder)
        generator = torch.Generator(features.device).manual_seed(derive(seed, "draws"))
        with torch.no_grad():
            codes = [vae.codes(features, generator) for _ in range(self.draws)]
            coder = latent_coder(vae, torch.cat(codes))
            return {"coder": coder}, torch.stack([coder.encode(draw) for draw in codes], dim=1)

    def _untrained(self, features: int, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        import torch

        from .networks.flow.latent_coder import LatentCoder

        names = ("mean", "forward_matrix", "backward_matrix")
        mean, forward, backward = (torch.tensor(arrays[f"coder.{name}"]) for name in names)
        coder = LatentCoder(self._vae(features, len(mean)), mean, forward, backward)
        return {**super()._untrained(features, arrays), "coder": coder}

    def _vae(self, features: int, latent: int) -> VariationalAutoencoder:
        from .networks.flow.latent_coder import untrained_vae

        return untrained_vae(features, latent, self.coder_width, 2, self.components)

    def _all_steps(self) -> int:
        return self.coder_steps + self.steps

    def _record_coder(self, epoch: AutoencoderEpoch, done: int) -> None:
        train_loss = epoch.train_reconstruction + self.beta * epoch.kl
        val_loss = epoch.val_reconstruction + self.beta * epoch.val_kl
        self._epochs.append(FlowEpoch(epoch.epoch, train_loss, val_loss, epoch.lr))
        self._report(done, self._total)

    def _decode(self, fitted: FittedNetworks, points: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        decoded: torch.Tensor = fitted.networks["coder"].decode(points, generator)
        return decoded
