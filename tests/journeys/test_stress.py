"""`custody stress` on a fund that holds 10 BTC: five risks, from what it recorded itself."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger.cli.observations import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.custody_program import Harbour

OBSERVED = (
    "2026-01-05T08:00:00.000000Z,price,BTC,91250.5,USD,A source,Spot market,price-1",
    "2026-01-05,traded_volume,BTC,40,BTC,A source,,volume-1",
    "2026-01-05,daily_volatility,BTC,0.03,share,A source,,volatility-1",
)


def observe(harbour: Harbour, *rows: str) -> None:
    target = harbour.root / "observations.csv"
    target.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    secret = ("--passphrase-file", harbour.passphrase)
    harbour("import-observations", target, "--author", harbour.key("aigerim"), *secret).ok()


@pytest.fixture
def observed(trading: Harbour) -> Harbour:
    observe(trading, *OBSERVED)
    return trading


def figures(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in an answer that has a value and inputs."""
    if isinstance(value, dict):
        if "value" in value and "inputs" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from figures(inner)


def test_the_five_risks_are_answered_from_what_was_recorded(observed: Harbour) -> None:
    value = observed.json("stress")
    assert (value["currency"], value["position"]) == ("USD", 16)
    assert [one["shock"] for one in value["shocks"]] == ["-30", "-50", "-80", "50"]
    totals = [one["total"]["value"] for one in value["shocks"]]
    assert totals == ["638753.5", "456252.5", "182501", "1368757.5"]
    (btc,) = value["liquidity"]
    assert (btc["days"]["value"], btc["impact"]["value"]) == ("3", "0.015")
    assert btc["cost"]["value"] == "13687.575"
    assert [one["impact"]["value"] for one in btc["demand"]] == [
        "0.003",
        "0.009486832980505137",
        "0.03",
    ]
    (custodian,) = value["custodians"]
    assert (custodian["custodian"], custodian["share"]["value"]) == ("custodian-1", "1")
    assert (custodian["lost"]["value"], custodian["remains"]["value"]) == ("912505", "0")
    assert value["pegs"] == []


def test_every_figure_says_what_it_rests_on(observed: Harbour) -> None:
    found = list(figures(observed.json("stress")))
    assert len(found) > 30
    for figure in found:
        assert figure["inputs"] or figure["value"] == "0" or figure.get("missing"), figure
    (price,) = {
        (one["day"], one["position"])
        for figure in found
        for one in figure["inputs"]
        if one["what"] == "price"
    }
    event = observed("events", "--json").ok().lines[price[1] - 1]
    assert (price[0], event["kind"]) == ("2026-01-05", "price.observed.v1")


def test_limits_are_measured_under_every_shock(observed: Harbour) -> None:
    value = observed.json("stress", "--shock", "-100")
    (shock,) = value["shocks"]
    assert shock["total"]["value"] == "0"
    limits = {one["rule"]: one for one in shock["limits"]}
    plain = {one["rule"]: one for one in observed.json("mandate", "headroom")["limits"]}
    assert set(limits) == set(plain)
    yearly = limits["REF.LIMIT.2"]
    assert (yearly["left"], yearly["passed"]) == (plain["REF.LIMIT.2"]["left"], "no")
    assert limits["REF.LIMIT.1"]["passed"] == "each transaction"


def test_what_was_never_observed_is_unknown_and_named(trading: Harbour) -> None:
    value = trading.json("stress")
    assert {one["total"]["value"] for one in value["shocks"]} == {"unknown"}
    (btc,) = value["liquidity"]
    assert {btc[name]["value"] for name in ("days", "impact", "cost")} == {"unknown"}
    said = trading("stress").ok().out
    day = value["on"]
    assert f"missing   price of BTC in USD, on {day} or before" in said
    assert f"missing   observation traded_volume of BTC in BTC, on {day} or before" in said
    assert f"missing   observation daily_volatility of BTC in share, on {day} or before" in said
    assert "unknown, at least 0" in said


def test_a_day_before_the_observation_knows_nothing_of_it(observed: Harbour) -> None:
    assert observed.json("stress", "--on", "2026-01-04")["liquidity"][0]["days"]["value"] == (
        "unknown"
    )
    assert observed.json("stress", "--on", "2026-01-05")["liquidity"][0]["days"]["value"] == "3"


def test_a_price_in_another_currency_is_no_price(observed: Harbour) -> None:
    value = observed.json("stress", "--currency", "KZT")
    assert value["shocks"][0]["total"]["value"] == "unknown"
    assert "in KZT" in value["shocks"][0]["total"]["missing"][0]


def test_a_withdrawn_mandate_is_asked_rule_by_rule(observed: Harbour) -> None:
    value = observed.json("stress")["withdrawal"]
    assert (value["mandate"], value["suspended"]) == ("reference", False)
    assert value["charter"] == {"offices": ["Governor"], "quorum": 2, "notice_days": 10}
    (held,) = value["holdings"]
    sale, delivery, moved = held["ways"]
    assert (sale["way"], sale["verdict"]) == ("sale", "deny")
    assert [one["rule"] for one in sale["denied"]] == ["REF.OUT.1"]
    for way, other_end in ((delivery, "open-market"), (moved, "vault-2")):
        assert (way["verdict"], way["to"]) == ("needs_approval", other_end)
        assert way["proposed_by"] == ["aigerim", "daniyar"]
        (asked,) = way["asked"]
        assert (asked["rule"], asked["needed"]) == ("REF.APPR.1", 1)
        assert asked["officers"] == ["daniyar", "marat"]


def test_what_is_said_to_need_an_approval_does(observed: Harbour) -> None:
    asset = ("--asset", "BTC", "--units", "10")
    sold = ("--counterparty", "open-market", "--account", "vault-1", "--min", "912505 USD")
    said = observed.act("propose", "disposal", *asset, *sold, by=("aigerim",))
    assert said.json["verdict"] == "refused"
    assert [one["rule"] for one in said.json["findings"]] == ["REF.OUT.1"]
    between = ("--from-account", "vault-1", "--to-account", "vault-2")
    moved = observed.do("propose", "transfer", *asset, *between, by=("aigerim",))
    assert moved["verdict"] == "pending"
    assert [one["rule"] for one in moved["findings"]] == ["REF.APPR.1"]


def test_what_is_reserved_or_frozen_is_named_first(observed: Harbour) -> None:
    asset = ("--asset", "BTC", "--units", "4")
    between = ("--from-account", "vault-1", "--to-account", "vault-2")
    observed.do("propose", "transfer", *asset, *between, by=("aigerim",))
    (held,) = observed.json("stress")["withdrawal"]["holdings"]
    assert [(one["why"], one["units"]["value"]) for one in held["not_available"]] == [
        ("reserved", "4")
    ]
    assert held["available"]["value"] == "6"
    observed.register("account.frozen", account="vault-1", reason="An inquiry")
    said = observed("stress").ok().out
    assert "10 BTC on vault-1 (own), not available: 4 reserved, 6 frozen; days to sell: 3" in said


def test_while_the_mandate_is_suspended_nothing_may_be_proposed(observed: Harbour) -> None:
    events = observed("events", "--json").ok().lines
    (adopted,) = [one["event"] for one in events if one["kind"] == "mandate.adopted.v1"]
    observed.register("mandate.suspended", mandate=adopted, reason="A new government")
    value = observed.json("stress")["withdrawal"]
    assert value["suspended"] is True
    for way in value["holdings"][0]["ways"]:
        assert [one["rule"] for one in way["denied"]] == ["mandate_suspended"]
    assert "it is suspended: nothing may be proposed" in observed("stress").ok().out


FREES = """
book = "frees"
title = "A book that frees sales by court order"
version = "1"
status = "in_force"
source = "Tests"

[[rules]]
id = "T.INIT.1"
rule_type = "approval"
effect = "allow_only_if"
trigger = ["any_instruction"]
params = { initiator_roles = ["TreasuryOfficer"] }
origin = "design"
citation = "A test"

[[rules]]
id = "T.OUT.1"
rule_type = "outflow_restriction"
effect = "deny"
trigger = ["sale"]
params = { scope = ["sale"], exceptions = [{ reason = "court_order", roles = ["RiskOfficer"] }] }
origin = "design"
citation = "A test"
"""


def test_a_reason_that_frees_a_sale_is_printed_with_whose_approval(trading: Harbour) -> None:
    (trading.root / "frees.toml").write_text(FREES, encoding="utf-8")
    terms = {"governance_offices": ["Governor"], "quorum": 2, "notice_days": 0}
    terms |= {"max_backdating_days": 30, "utc_offset_minutes": 300}
    trading.register("charter.amended", charter=terms)
    governors = ("gulnara", "nurlan")
    book = trading.do("draft", "book.recorded", "--from", "frees.toml", by=governors)["event"]
    adopted: dict[str, Any] = {"mandate": "frees", "version": "1", "books": [book]}
    today = trading.json("holdings")["as_of"]
    trading.register("mandate.adopted", effective_from=today, **adopted)
    said = trading("stress").ok().out
    assert "the mandate names no limit: that is unknown, not unlimited" in said
    assert (
        "for the reason court_order, with a document: needs_approval  "
        "by aigerim to open-market; 1 of RiskOfficer (marat; T.OUT.1)"
    ) in said


def test_a_mandate_ahead_is_named_and_governs_from_its_day(trading: Harbour) -> None:
    (trading.root / "frees.toml").write_text(FREES, encoding="utf-8")
    by = ("gulnara", "nurlan")
    book = trading.do("draft", "book.recorded", "--from", "frees.toml", by=by)["event"]
    adopted: dict[str, Any] = {"mandate": "frees", "version": "1", "books": [book]}
    today = date.fromisoformat(trading.json("holdings")["as_of"])
    first = (today + timedelta(days=30)).isoformat()
    trading.register("mandate.adopted", effective_from=first, **adopted)
    value = trading.json("stress")["withdrawal"]
    assert value["mandate"] == "reference"
    assert value["ahead"] == [{"mandate": "frees", "effective_from": first}]
    assert f"frees is adopted and takes effect on {first}" in trading("stress").ok().out
    later = trading.json("stress", "--on", first)["withdrawal"]
    assert (later["mandate"], later["ahead"]) == ("frees", [])


def test_a_stablecoin_is_shown_without_its_peg(trading: Harbour) -> None:
    listed = trading.register(
        "asset.listed",
        by=("gulnara", "nurlan"),
        asset="USDC",
        asset_id="eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
        name="A stablecoin",
        scale=6,
        instrument_class="stablecoin_claim",
    )
    assert listed["verdict"] == "effective"
    arrived = ("--asset", "USDC", "--units", "1000", "--account", "vault-2", "--source", "donation")
    received = trading.do("propose", "receipt", *arrived, "--reference", "gift", by=("bolat",))
    assert received["verdict"] == "pending"
    trading.do("approve", "gift", "--author", "daniyar", by=("daniyar",))
    price = "2026-01-05,price,USDC,1,USD,A source,Spot market,price-2"
    observe(trading, *OBSERVED, price)
    pegs = trading.json("stress")["pegs"]
    assert [(one["level"], one["loss"]["value"]) for one in pegs] == [
        ("0.95", "50"),
        ("0.8", "200"),
        ("0", "1000"),
    ]
    assert [one["assets"] for one in pegs] == [["USDC"]] * 3
    assert "4. a peg is lost" in trading("stress").ok().out


def test_the_table_shows_its_parameters_and_sources(observed: Harbour) -> None:
    said = observed("stress", "--participation", "0.05", "--impact-coefficient", "2").ok().out
    assert "at most 0.05 of a day's volume" in said
    assert "Physical Review X 1 (2011) 021006" in said
    assert "Direct Estimation of Equity Market Impact" in said
    assert re.search(r"BTC +10 +5 +3 +27,375\.15", said)
    assert "rests on  traded_volume of BTC: 40 BTC on 2026-01-05 (position 15)" in said


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (("--shock", "-100.1"), "--shock"),
        (("--shock", "much"), "--shock"),
        (("--shock", "1e3"), "--shock"),
        (("--participation", "0"), "--participation"),
        (("--participation", "1.1"), "--participation"),
        (("--impact-coefficient", "-1"), "--impact-coefficient"),
    ],
)
def test_a_parameter_outside_its_bounds_is_refused(
    working: Harbour, arguments: tuple[str, ...], where: str
) -> None:
    said = working("stress", *arguments, "--json")
    assert (said.code, said.json["where"]) == (2, where)


def test_a_day_or_a_currency_that_does_not_exist_is_refused(working: Harbour) -> None:
    assert working("stress", "--on", "2026-02-30").code == 2
    assert working("stress", "--currency", "ZZZ").code == 2


def test_a_fund_that_holds_nothing_has_nothing_to_lose(working: Harbour) -> None:
    value = working.json("stress")
    assert {one["total"]["value"] for one in value["shocks"]} == {"0"}
    for name in ("liquidity", "custodians", "pegs"):
        assert value[name] == []
    assert value["withdrawal"]["holdings"] == []
    assert "the fund holds nothing of the kind" in working("stress").ok().out
