"""Reconciliation and emergencies through the command line, on a fund that holds 10 BTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.custody_program import Harbour

HEADER = "account,asset,units,as_of"


def statement(harbour: Harbour, *rows: str, header: str = HEADER) -> Path:
    target = harbour.root / "statement.csv"
    target.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return target


def today(harbour: Harbour) -> str:
    return str(harbour.json("holdings")["as_of"])


def submitted(harbour: Harbour, draft: str, officer: str) -> Any:
    return harbour("submit", harbour.sign(draft, officer), "--json").ok().json


def test_a_statement_that_agrees_is_evidence_and_no_break(trading: Harbour) -> None:
    file = statement(trading, f"vault-1,BTC,10,{today(trading)}", f"vault-2,BTC,0,{today(trading)}")
    said = trading("reconcile", file)
    assert (said.code, said.err) == (0, "")
    assert "0" in said.out
    value = trading.json("reconcile", file, "--author", "bolat")
    assert [row["difference"] for row in value["rows"]] == ["0", "0"]
    assert len(value["drafts"]) == 2
    for draft in value["drafts"]:
        assert submitted(trading, draft, "bolat")["verdict"] == "effective"
    assert trading.json("holdings")["totals"][0]["units"] == "10"


def test_a_difference_becomes_a_break_that_ages_until_it_is_resolved(trading: Harbour) -> None:
    file = statement(trading, f"vault-1,BTC,9.99999999,{today(trading)}")
    said = trading("reconcile", file, "--author", "bolat", "--json")
    assert said.code == 5
    row = said.json["rows"][0]
    assert (row["stated"], row["held"], row["difference"]) == ("9.99999999", "10", "-0.00000001")
    stated, broken = said.json["drafts"]
    submitted(trading, stated, "bolat")
    raised = submitted(trading, broken, "bolat")
    assert raised["verdict"] == "effective"
    again = trading("reconcile", file)
    assert again.code == 5
    assert f"open break {raised['event'][:12]}: -0.00000001 BTC on vault-1" in again.out
    assert "0 days old" in again.out
    assert raised["event"][:12] in trading("exceptions").ok().out
    explained = {"cause": "timing", "explanation": "The statement was a draft", "documents": []}
    done = trading.register("break.resolved", by=("bolat",), break_id=raised["event"], **explained)
    assert done["verdict"] == "effective"
    fresh = statement(trading, f"vault-1,BTC,10,{today(trading)}")
    assert trading("reconcile", fresh).code == 0
    assert trading.json("holdings")["totals"][0]["units"] == "10", "evidence moves no units"


def test_an_attested_balance_says_by_whom_and_how(trading: Harbour) -> None:
    file = statement(trading, f"vault-1,BTC,10,{today(trading)}")
    how = ("--attested-by", "An Auditor", "--method", "address_signature")
    value = trading.json("reconcile", file, "--author", "bolat", *how)
    receipt = submitted(trading, value["drafts"][0], "bolat")
    body = trading.json("show", str(receipt["position"]))["body"]
    assert body["kind"] == "balance.attested.v1"
    assert (body["attester"], body["method"]) == ("An Auditor", "address_signature")


def test_a_bad_statement_names_line_and_column_and_drafts_nothing(trading: Harbour) -> None:
    day = today(trading)
    bad = {
        f"vault-9,BTC,1,{day}": "line 2, column account",
        f"vault-1,DOGE,1,{day}": "line 2, column asset",
        f"vault-1,BTC,1.123456789,{day}": "line 2, column units",
        f"vault-1,BTC,-1,{day}": "line 2, column units",
        "vault-1,BTC,1,2999-01-01": "line 2, column as_of",
        "vault-1,BTC,1": "line 2",
        f"vault-1,BTC,1,{day}\nvault-1,BTC,2,{day}": "line 3, column account",
    }
    before = sorted((trading.root / "drafts").iterdir())
    for row, where in bad.items():
        said = trading("reconcile", statement(trading, row), "--author", "bolat")
        assert said.code == 2, row
        assert where in said.err
    assert trading("reconcile", statement(trading, header="a,b")).code == 2
    assert trading("reconcile", trading.root / "none.csv").code == 7
    (trading.root / "empty.csv").write_bytes(b"")
    assert trading("reconcile", trading.root / "empty.csv").code == 2
    assert sorted((trading.root / "drafts").iterdir()) == before


def test_one_governor_freezes_an_account_and_a_quorum_thaws_it(trading: Harbour) -> None:
    frozen = trading.do("freeze", "vault-1", "--because", "A doubt", "--author", "gulnara",
                        by=("gulnara",))  # fmt: skip
    assert frozen["verdict"] == "effective"
    alone = trading.register(
        "account.unfrozen", by=("gulnara",), account="vault-1", reason="No doubt"
    )
    assert alone["verdict"] == "pending"


def test_a_key_is_frozen_by_its_beginning_and_an_officer_by_all_keys(trading: Harbour) -> None:
    shown = trading.json("key", "show", trading.key("bolat"))
    named = ("--because", "It was lost", "--author", "gulnara")
    draft = trading.json("freeze", shown["keyid"][:12], *named, "--compromised-since", "1")
    body = trading.json("freeze", "bolat", *named)
    assert draft["verdict"] == body["verdict"] == "effective"
    assert submitted(trading, draft["file"], "gulnara")["verdict"] == "effective"
    found = trading.json("exceptions")
    assert [one["officer"] for one in found["suspect_keys"]] == ["bolat"]
    gone = trading("freeze", "bolat", *named)
    assert (gone.code, "no key in use" in gone.err) == (7, True)
    assert trading("freeze", "nobody", *named).code == 7


def test_exceptions_list_what_was_refused_and_what_was_not_authorised(trading: Harbour) -> None:
    assert trading.json("exceptions")["records"] == []
    too_much = ("--units", "1", "--max", "9999999999 USD", "--counterparty", "open-market")
    place = ("--asset", "BTC", "--account", "vault-1", "--author", "aigerim")
    said = trading.act("propose", "acquisition", *place, *too_much, by=("aigerim",))
    assert said.code == 5
    found = trading.json("exceptions")["records"]
    assert [(one["verdict"], one["author"]) for one in found] == [("refused", "aigerim")]
    assert "REF.LIMIT.1" in found[0]["rules"]
    assert "REF.LIMIT.1" in trading("exceptions").ok().out
    assert trading.json("exceptions", "--after", found[0]["position"])["records"] == []
