"""Money: bigint minor units inside, a number of major units outside (S4)."""

from decimal import Decimal

# ISO 4217 currencies without cents; all others here have two decimals.
WITHOUT_CENTS = {"CLP", "PYG", "JPY", "KRW", "VND", "ISK", "UGX", "XAF", "XOF"}


def decimals(currency: str) -> int:
    return 0 if currency in WITHOUT_CENTS else 2


def major(minor: int, currency: str) -> int | float:
    """`(3000000, "ARS")` → `30000`: a whole number where it is one."""
    if not decimals(currency):
        return minor
    whole, cents = divmod(minor, 100)
    return float(Decimal(minor) / 100) if cents else whole


def minor(amount: Decimal | float | str, currency: str) -> int:
    """Minor units of an amount; raises ValueError where the currency has no such fraction."""
    scaled = Decimal(str(amount)).scaleb(decimals(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency}")
    return int(scaled)
