"""The currencies of ISO 4217 and their minor units, as this protocol knows them for ever.

Taken from the maintained `iso4217` package (edition of 2026-01-01), and held against it by a test.
The list is frozen here because a log must replay for ever: a package of the day drops currencies
that are withdrawn (HRK in 2023), and an old record would become malformed. Precious metals, test
codes and units of account (CLF, USN …) are not money and are left out.
"""

from __future__ import annotations

from typing import Final

_BY_DIGITS: Final[dict[int, str]] = {
    0: ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "),
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
        "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN "
        "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
        "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW "
        "ZWG "
    ),
    3: ("BHD IQD JOD KWD LYD OMR TND "),
}

MINOR_UNIT_DIGITS: Final[dict[str, int]] = {
    code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()
}
"""Currency code to digits after the point."""
