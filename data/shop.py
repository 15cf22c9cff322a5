"""Simulated orders of an online shop: a mixed table with dates, codes and gaps, whose target is a number.

`_shop.py` states the equations. What a generator can get wrong: `total` is items x price - discount + shipping,
`currency` follows from `country`, `coupon` is missing exactly where `discount` is 0, which holds for most rows, amounts
are multiples of 0.05, gaps of `rating` depend on the price, and few rows are of the rarest countries.
"""

from __future__ import annotations

from bench.api import Dataset, DatasetSource, Schema

SEED = 1


def load(seed: int = SEED) -> Dataset:
    """Simulates 2,500 rows x 11 columns.

    Args:
        seed: any integer of at least 0.
    """
    from ._frames import fingerprint, typed
    from ._shop import CHANNELS, COUNTRIES, COUPONS, CURRENCIES, simulate

    levels = {
        "channel": tuple(CHANNELS),
        "country": tuple(COUNTRIES),
        "currency": CURRENCIES,
        "coupon": tuple(COUPONS),
    }
    frame, columns = typed(simulate(seed), categorical=levels, dates=("placed",))
    return Dataset(
        name="shop",
        group="shop",
        frame=frame,
        schema=Schema(columns, "total"),
        sha256=fingerprint(frame),
        source=f"simulated (seed {seed}); data/_shop.py states the equations",
        licence=SOURCE.licence,
    )


SOURCE = DatasetSource(
    summary="simulated orders of an online shop: categories, dates, gaps, amounts; 2,500 rows, 11 columns",
    licence="CC0",
    load=load,
)
