"""What went wrong so far, and what one officer may stop at once."""

from __future__ import annotations

from tests.support.custody_program import Harbour, purchase

BECAUSE = ("--because", "An inquiry", "--author", "gulnara")


def test_a_fund_without_faults_says_so(working: Harbour) -> None:
    assert working("exceptions").ok().out == "nothing is out of order\n"
    told = working.json("exceptions")
    assert [told[name] for name in ("records", "suspect_keys", "breaks", "stale_prices")] == [
        []
    ] * 4


def test_a_refusal_is_listed_with_its_rules_until_it_is_passed_over(trading: Harbour) -> None:
    too_much = purchase("1", "9999999999 USD", "--reference", "BIG")
    assert trading.act(*too_much, by=("aigerim", "daniyar")).code == 5
    (record,) = trading.json("exceptions")["records"]
    assert record == {
        "position": 14,
        "kind": "acquisition.proposed.v1",
        "author": "aigerim",
        "reference": "BIG",
        "verdict": "refused",
        "rules": ["REF.LIMIT.1", "REF.LIMIT.2"],
    }
    line = "position 14  refused    acquisition.proposed.v1 by aigerim (BIG): REF.LIMIT.1, REF."
    assert line in trading("exceptions", "--after", "13").ok().out
    assert trading.json("exceptions", "--after", "14")["records"] == []
    assert "BIG" not in trading("exceptions", "--after", "14").ok().out


def test_one_governor_freezes_an_account_and_nothing_moves_out_of_it(trading: Harbour) -> None:
    said = trading("freeze", "vault-1", *BECAUSE).ok()
    assert "Freeze the account vault-1" in said.out
    assert "signed by gulnara alone it would be effective" in said.out
    told = trading.json("freeze", "vault-1", *BECAUSE)
    assert (told["verdict"], told["words"]) == ("effective", "Freeze the account vault-1")
    frozen = trading.json("submit", trading.sign(told["file"], "gulnara"))
    assert (frozen["position"], frozen["verdict"]) == (14, "effective")
    out = trading.act(
        *("propose", "disposal", "--asset", "BTC", "--units", "1", "--min", "1 USD"),
        *("--counterparty", "open-market", "--account", "vault-1"),
        by=("aigerim", "daniyar"),
    )
    assert out.code == 5
    assert "account_frozen" in [one["rule"] for one in out.json["findings"]]
    (record,) = trading.json("exceptions")["records"]
    assert (record["position"], "account_frozen" in record["rules"]) == (15, True)


def test_a_lost_key_is_revoked_and_what_it_signed_is_suspect(trading: Harbour) -> None:
    lost = ("--because", "Lost", "--author", "gulnara", "--compromised-since", "12")
    told = trading.json("freeze", "aigerim", *lost)
    assert (told["verdict"], told["words"][:15]) == ("effective", "Revoke the key ")
    trading("submit", trading.sign(told["file"], "gulnara")).ok()
    (suspect,) = trading.json("exceptions")["suspect_keys"]
    assert (suspect["officer"], suspect["since"]) == ("aigerim", "12")
    line = f"key {suspect['key'][:12]} of aigerim is suspect since 12"
    assert line in trading("exceptions").ok().out
    again = trading("freeze", "aigerim", *BECAUSE)
    assert (again.code, "aigerim has no key in use" in again.err) == (7, True)


def test_a_key_is_named_by_the_beginning_of_its_id(trading: Harbour) -> None:
    told = trading.json("freeze", "aigerim", *BECAUSE)
    keyid = told["words"].removeprefix("Revoke the key ")
    assert trading.json("freeze", keyid[:8], *BECAUSE)["words"] == told["words"]


def test_what_is_to_be_frozen_must_exist_and_have_a_reason(trading: Harbour) -> None:
    for name in ("nobody", "vault-9", "ab"):
        said = trading("freeze", name, *BECAUSE)
        assert (said.code, said.out) == (7, "")
        assert f"no account, officer or one key is named {name}" in said.err
        assert "hint: Name an account" in said.err
    said = trading("freeze", "vault-1", "--author", "gulnara")
    assert (said.code, "--because" in said.err) == (2, True)
    for since in ("0", "x"):
        said = trading("freeze", "aigerim", *BECAUSE, "--compromised-since", since)
        assert (said.code, "--compromised-since" in said.err) == (2, True)
    for after in ("-1", "x"):
        said = trading("exceptions", "--after", after)
        assert (said.code, "--after" in said.err) == (2, True)
