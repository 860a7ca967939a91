"""Reading: holdings at any day and position, the list of the log, one event and why."""

from __future__ import annotations

import pytest

from tests.support.custody_program import PURCHASE, Harbour, purchase


@pytest.fixture
def fund(trading: Harbour) -> Harbour:
    """10 BTC, a refused purchase, and two proposals of the same name by two officers."""
    trading.act(*purchase("1", "1600000000 USD", "--reference", "IC-9"), by=("aigerim",))
    for officer in ("aigerim", "daniyar"):
        trading.do(*purchase("2", "80000 USD", "--reference", "twin"), by=(officer,))
    return trading


def test_holdings_at_every_position(fund: Harbour) -> None:
    for position in range(1, 17):
        value = fund.json("holdings", "--known-at", position)
        assert value["position"] == position
        assert bool(value["totals"]) is (position >= 13), position


def test_holdings_before_the_purchase_are_none(fund: Harbour) -> None:
    assert fund.json("holdings", "--as-of", "2020-01-01")["totals"] == []
    text = fund("holdings", "--as-of", "2020-01-01").ok().out
    assert text.startswith("test/harbour  as of 2020-01-01  known at position 16\n")


def test_the_log_is_listed_and_filtered(fund: Harbour) -> None:
    def positions(*options: object) -> list[int]:
        return [event["position"] for event in fund("events", "--json", *options).ok().lines]

    assert positions() == list(range(1, 17))
    assert positions("--kind", "acquisition") == [12, 13, 14, 15, 16]
    assert positions("--kind", "acquisition.settled") == [13]
    assert positions("--author", "daniyar") == [16]
    assert positions("--after", "14") == [15, 16]
    assert positions("--after", "99") == []
    assert positions("--limit", "3") == [1, 2, 3]
    assert positions("--after", "3", "--kind", "account", "--limit", "1") == [4]
    assert fund("events", "--author", "nobody").ok().out.count("\n") == 2


def test_one_event_by_position_id_or_reference(fund: Harbour) -> None:
    wanted = fund.json("show", "14")
    for name in ("IC-9", wanted["event"], wanted["event"][:12], wanted["event"][:6]):
        assert fund.json("show", name) == wanted
    assert fund("show", wanted["event"][:5]).code == 7, "five digits are too few to name one"
    assert wanted["verdict"] == "refused"
    assert wanted["decided_again"] == "the same"
    (finding,) = wanted["findings"]
    assert (finding["rule"], finding["found"]) == ("REF.LIMIT.1", "1600000000 USD")


def test_every_event_is_decided_again_as_it_was(fund: Harbour) -> None:
    for position in range(1, 17):
        assert fund.json("show", position)["decided_again"] == "the same"


def test_a_name_of_two_events_is_not_guessed(fund: Harbour) -> None:
    said = fund("show", "twin")
    assert said.code == 7
    assert said.err == (
        "error: 2 events are named twin\n  hint: Name one by its position: 15, 16\n"
    )
    said = fund("approve", "twin", "--author", "marat")
    assert (said.code, said.err.splitlines()[0]) == (7, "error: 2 open proposals named twin")


@pytest.mark.parametrize(
    "name", ["", "a", "0", "00", "abcde", "17", "999999999999999", "9" * 40, "twi"]
)
def test_a_name_of_no_event_is_not_guessed(fund: Harbour, name: str) -> None:
    said = fund("show", name)
    assert (said.code, said.out) == (7, "")


def test_a_reference_of_digits_is_found(fund: Harbour) -> None:
    fund.do(*purchase("1", "1 USD", "--reference", "2026"), by=("aigerim",))
    assert fund.json("show", "2026")["position"] == 17
    fund.do(*purchase("1", "1 USD", "--reference", "3"), by=("aigerim",))
    assert fund.json("show", "3")["position"] == 3, "a position comes first"


def test_reading_needs_no_key_and_no_terminal(fund: Harbour) -> None:
    for key in fund.root.glob("keys/*"):
        key.unlink()
    for command in (["holdings"], ["events"], ["approvals"], ["show", "3"], ["doctor"]):
        fund(*command).ok()


def test_after_a_rotation_the_proof_still_verifies_under_its_own_key(trading: Harbour) -> None:
    """The last checkpoint was signed by the key before; the next one is by the new."""
    secret = ("--passphrase-file", trading.passphrase)
    trading("key", "new", trading.key("log-2"), *secret).ok()
    vkey = trading.json("key", "show", trading.key("log-2"), "--vkey", "test/harbour")["vkey"]
    trading.register("log_key.rotated", log_key=vkey)
    trading("prove", "3", "--out", "p").ok()
    trading("bundle", "export", "before").ok()
    assert trading("audit", "before", "--trust", "trust").code == 0
    old = trading("checkpoint", *secret)
    assert old.code == 3
    assert "this key is not the log key in force" in old.err
    settings = trading.root / "custody.toml"
    settings.write_text(settings.read_text().replace("keys/log.key", "keys/log-2.key"))
    trading("checkpoint", *secret).ok()
    trading("prove", "3", "--out", "p").ok()
    trading("bundle", "export", "q").ok()
    assert trading("audit", "q", "--trust", "trust").code == 0


def test_approvals_say_who_is_still_asked(trading: Harbour) -> None:
    trading.do(*purchase("1", "200000000 USD", "--reference", "big"), by=("aigerim",))
    (waiting,) = trading.json("approvals")["proposals"]
    assert waiting["signed_by"] == ["aigerim"]
    assert [finding["rule"] for finding in waiting["findings"]] == ["REF.APPR.1", "REF.APPR.2"]
    trading.do("approve", "big", by=("daniyar",))
    (waiting,) = trading.json("approvals")["proposals"]
    assert waiting["signed_by"] == ["aigerim", "daniyar"]
    assert [finding["rule"] for finding in waiting["findings"]] == ["REF.APPR.2"]
    trading.do("approve", "big", by=("marat",))
    assert trading.json("approvals")["proposals"] == []
    assert [entry["status"] for entry in trading.json("approvals", "--all")["proposals"]] == [
        "effective"
    ]


def test_purchase_is_the_same_command_everywhere() -> None:
    assert purchase() == PURCHASE
