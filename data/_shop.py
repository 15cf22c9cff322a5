"""The model of `shop`: orders of an online shop in twelve countries, all amounts in euros.

All rows are independent. N is a standard normal draw, U a uniform one; amounts are multiples of 0.05.

- `placed`: a day of 2023 and 2024, with weight 1.5 on Saturdays and Sundays and twice that in December.
- `channel`: web 55 %, app 33 %, phone 12 %. `country`: weights from 38 % to 0.3 %; `currency` follows from it.
- `items` = 1 + Poisson(Gamma(1.2, 1)). `price` of an item = exp(2.9 + 0.8 N + 0.25 phone), at least 0.50.
- `coupon`: one of six codes with probability sigmoid(-1.8 + 0.7 app + 0.8 December), else missing; WINTER codes from
  November to February only. `discount` = share of the code x items x price, at least 0.05; 0 without a coupon.
- `shipping` = fee of the country + 1.50 for each five items beyond the first five; 0 for goods of 100 or more in
  Germany and Austria.
- `rating` = 1 to 5, rounded from 4.1 - 0.25 (shipping - 4) / 4 + 0.4 [discount > 0] + N; missing with probability
  sigmoid(-0.9 - 0.9 ln(price / 18)): who buys cheap things answers less.
- `total` = items x price - discount + shipping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Steps: TypeAlias = NDArray[np.int64]
    """Amounts in steps of 0.05 euros, so that sums are exact."""

    Texts: TypeAlias = NDArray[np.str_]

ROWS = 2_500
DAYS = 731
PER_EURO = 20

CHANNELS = {"web": 0.55, "app": 0.33, "phone": 0.12}
COUNTRIES = {
    "Germany": (0.38, "EUR", 3.95),
    "Austria": (0.14, "EUR", 4.95),
    "Switzerland": (0.12, "CHF", 9.90),
    "France": (0.10, "EUR", 6.90),
    "Netherlands": (0.08, "EUR", 5.90),
    "Poland": (0.06, "PLN", 6.50),
    "Sweden": (0.045, "SEK", 8.90),
    "Denmark": (0.03, "DKK", 7.90),
    "Czechia": (0.02, "CZK", 6.50),
    "Norway": (0.015, "NOK", 12.50),
    "Hungary": (0.007, "HUF", 7.50),
    "Liechtenstein": (0.003, "CHF", 9.90),
}
"""Share of the orders, currency, and fee for shipping in euros, by country."""

CURRENCIES = tuple(dict.fromkeys(currency for _, currency, _ in COUNTRIES.values()))
COUPONS = {"HELLO10": 0.10, "FRIEND15": 0.15, "THANKS05": 0.05, "BULK20": 0.20, "WINTER25": 0.25, "WINTER10": 0.10}
"""Share of the goods that a code takes off."""


def simulate(seed: int) -> pd.DataFrame:
    """Returns 2,500 rows x 11 columns: numbers, text and dates, with NaN where there are gaps."""
    rng = np.random.default_rng(seed)
    placed = _days(rng)
    month = placed.astype("datetime64[M]").astype(np.int64) % 12 + 1
    channel = rng.choice(list(CHANNELS), ROWS, p=list(CHANNELS.values()))
    country = rng.choice(list(COUNTRIES), ROWS, p=[share for share, _, _ in COUNTRIES.values()])
    items = 1 + rng.poisson(rng.gamma(1.2, 1.0, ROWS))
    price = _steps(np.maximum(np.exp(2.9 + 0.8 * rng.standard_normal(ROWS) + 0.25 * (channel == "phone")), 0.5))
    coupon = _coupons(rng, channel, month)
    share = np.array([COUPONS.get(code, 0.0) for code in coupon])
    discount = np.where(coupon == "", 0, np.maximum(_steps(share * items * price / PER_EURO), 1))
    shipping = _shipping(country, items, items * price)
    return pd.DataFrame(
        {
            "placed": placed,
            "channel": channel,
            "country": country,
            "currency": np.array([COUNTRIES[name][1] for name in country]),
            "items": items,
            "price": price / PER_EURO,
            "discount": discount / PER_EURO,
            "shipping": shipping / PER_EURO,
            "coupon": pd.Series(coupon, dtype=object).where(coupon != ""),
            "rating": _ratings(rng, price, discount, shipping),
            "total": (items * price - discount + shipping) / PER_EURO,
        }
    )


def _steps(amount: NDArray[np.float64]) -> Steps:
    return np.round(amount * PER_EURO).astype(np.int64)


def _days(rng: np.random.Generator) -> NDArray[np.datetime64]:
    days = np.datetime64("2023-01-01", "ns") + np.arange(DAYS).astype("timedelta64[D]")
    weekend = (np.arange(DAYS) + 6) % 7 >= 5  # 1 January 2023 was a Sunday
    december = days.astype("datetime64[M]").astype(np.int64) % 12 == 11
    weights = (1 + 0.5 * weekend) * (1 + december)
    return rng.choice(days, ROWS, p=weights / weights.sum())


def _coupons(rng: np.random.Generator, channel: Texts, month: Steps) -> Texts:
    """Returns a code for each row, or an empty text."""
    given = rng.random(ROWS) < 1 / (1 + np.exp(1.8 - 0.7 * (channel == "app") - 0.8 * (month == 12)))
    codes, winter = np.array(list(COUPONS)), (month >= 11) | (month <= 2)
    chosen = codes[rng.integers(0, np.where(winter, len(codes), len(codes) - 2))]
    return np.where(given, chosen, "")


def _shipping(country: Texts, items: Steps, goods: Steps) -> Steps:
    fee = _steps(np.array([COUNTRIES[name][2] for name in country])) + 30 * ((items - 1) // 5)
    free = np.isin(country, ("Germany", "Austria")) & (goods >= 100 * PER_EURO)
    return np.where(free, 0, fee)


def _ratings(rng: np.random.Generator, price: Steps, discount: Steps, shipping: Steps) -> NDArray[np.float64]:
    liked = 4.1 - 0.25 * (shipping / PER_EURO - 4) / 4 + 0.4 * (discount > 0) + rng.standard_normal(ROWS)
    silent = rng.random(ROWS) < 1 / (1 + np.exp(0.9 + 0.9 * np.log(price / PER_EURO / 18)))
    return np.where(silent, np.nan, np.clip(np.round(liked), 1, 5))
