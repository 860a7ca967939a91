"""The treasury operator: from an empty folder to a settled transfer, command by command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.custody_program import (
    PASSPHRASE,
    PURCHASE,
    Harbour,
    Said,
    constitution,
    custody_process,
    plain,
    purchase,
    template,
)
from tests.support.fund_simulator import DIGEST, OFFICES

if TYPE_CHECKING:
    from pathlib import Path

WAITS = (
    "needs_approval  REF.APPR.1             "
    "expected 1 of ChiefInvestmentOfficer or RiskOfficer; found 0 so far"
)
PROPOSED = "Acquire 10 BTC for at most 400,000 USD from open-market, to arrive on vault-1\n"


def drafted(said: Said, words: str, draft: str, *more: str) -> None:
    """A draft was written and explained."""
    lines = [
        words,
        "  event        <id>",
        "  fingerprint  <fingerprint>",
        f"  draft        {draft}",
    ]
    assert (said.code, said.plain) == (0, "\n".join([*lines, *more]) + "\n"), said
    assert said.err == f"next: custody sign {draft} --key KEY\n"


def signed(harbour: Harbour, draft: str, officer: str) -> str:
    """The author signs, and reads what the bytes say."""
    target = draft.replace(".draft.", ".signed.")
    said = harbour("sign", draft, *harbour.with_key(officer), "--yes", "--out", target)
    assert (said.code, said.out) == (0, f"{target}\n"), said
    assert said.err.endswith(f"signed by 1 key(s); next: custody submit {target}\n")
    return target


def submitted(said: Said, *lines: str, code: int = 0) -> None:
    assert (said.code, said.plain) == (code, "\n".join(lines) + "\n"), said
    assert said.err == ""


def holdings(harbour: Harbour) -> list[str]:
    """The first table of the holdings, without its head."""
    head, *rest = harbour("holdings").ok().plain.splitlines()
    assert head.startswith("test/harbour  as of <day>  known at position ")
    return [" ".join(line.split()) for line in rest[2 : rest.index("")]]


def test_a_fund_is_founded_in_a_folder(tmp_path: Path) -> None:
    """init, seven keys, a constitution, seven signatures, position 1: by real processes."""
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    secret.chmod(0o600)
    options = ("--passphrase-file", secret)
    made = custody_process("init", "test/harbour", *options, at=tmp_path)
    assert made.code == 0
    assert made.out.startswith("test/harbour+")
    assert made.err == (
        "workspace made at .; the line above is the log's verifier key\n"
        "next: make the founders' keys (custody key new), then custody fund constitute\n"
    )
    harbour = Harbour(tmp_path)
    for officer in OFFICES:
        said = harbour("key", "new", f"keys/{officer}.key", *options).ok()
        assert [line.split()[0] for line in said.out.splitlines()] == [
            "algorithm",
            "keyid",
            "public_key",
        ]
        assert (
            f"key written to keys/{officer}.key, public part to keys/{officer}.key.pub\n"
            in said.err
        )
        assert harbour.key(officer).stat().st_mode & 0o777 == 0o600
    (tmp_path / "constitution.toml").write_text(constitution(), encoding="utf-8")
    author, *others = sorted(OFFICES)
    said = harbour(
        "fund",
        "constitute",
        "--from",
        "constitution.toml",
        "--author",
        author,
        "--out",
        "c.draft.json",
    )
    drafted(
        said,
        "Constitute the fund test/harbour of Harbour Sovereign Fund with 7 founders, quorum 2",
        "c.draft.json",
    )
    signed(harbour, "c.draft.json", author)
    early = harbour("submit", "c.signed.json")
    assert early.code == 4
    assert early.err == (
        "not recorded: the signatures are not exactly those of the author and the cosigners "
        "(signers_differ)\n"
        "  hint: Every cosigner that the body names must sign, and nobody else\n"
    )
    for count, officer in enumerate(others, start=2):
        said = harbour("cosign", "c.signed.json", *harbour.with_key(officer), "--yes").ok()
        assert said.err.endswith(f"signed by {count} key(s); next: custody submit c.signed.json\n")
    last = custody_process("submit", "c.signed.json", at=tmp_path)
    assert (last.code, last.plain) == (0, "position 1  effective  <id12>\n")
    vkey = made.out.strip()
    log, leaf, quorum = (tmp_path / "trust").read_text(encoding="utf-8").splitlines()
    assert (log, leaf[:11], quorum) == (f"log {vkey}", "first-leaf ", "quorum none")
    assert harbour("approvals").ok().out == "nothing waits\n"


def test_the_registry_is_written_under_the_charter(working: Harbour) -> None:
    events = working("events").ok().plain.splitlines()
    kinds = [line.split()[3] for line in events[2:]]
    assert kinds == [
        "fund.constituted.v1",
        "asset.listed.v1",
        *["custodian.engaged.v1", "account.opened.v1", "address.registered.v1"] * 2,
        "counterparty.registered.v1",
        "book.recorded.v1",
        "mandate.adopted.v1",
    ]
    assert holdings(working) == []


def test_an_acquisition_from_the_proposal_to_the_holdings(working: Harbour) -> None:
    author = ("--author", "aigerim", "--reference", "IC-2026-41")
    said = working(*PURCHASE, *author, "--out", "p.draft.json")
    would = "  signed by aigerim alone it would be pending"
    drafted(said, PROPOSED.strip(), "p.draft.json", would, f"  {WAITS}")
    signed(working, "p.draft.json", "aigerim")
    pending = ("position 12  pending  <id12>", f"  {WAITS}")
    submitted(working("submit", "p.signed.json", "--dry-run"), *pending)
    assert working("events", "--after", "11", "--json").ok().out == ""
    submitted(working("submit", "p.signed.json"), *pending)
    again = working("submit", "p.signed.json")
    submitted(
        again, "position 12  pending  <id12>  (recorded before)", "  needs_approval  REF.APPR.1"
    )
    submitted(working("submit", "p.signed.json", "--dry-run"), *again.plain.splitlines())

    said = working("approvals").ok()
    assert said.plain == (
        "<id12>  pending    position 12  until <time>  by aigerim (IC-2026-41)\n"
        f"  {PROPOSED}  signed by aigerim\n  {WAITS}\n"
    )
    said = working("approve", "IC-2026-41", "--author", "daniyar", "--out", "a.draft.json")
    drafted(said, "Approve exactly the proposal <id>", "a.draft.json")
    signed(working, "a.draft.json", "daniyar")
    said = working("submit", "a.signed.json")
    submitted(said, "position 13  effective  <id12>", "  proposal <id12> is now effective")
    assert working("approvals").ok().out == "nothing waits\n"
    assert working("approvals", "--all").ok().plain == (
        "<id12>  effective  position 12  until <time>  by aigerim (IC-2026-41)\n"
        f"  {PROPOSED}  signed by aigerim, daniyar\n"
    )

    settle = ("settle", "IC-2026-41", "--author", "bolat", "--out", "s.draft.json")
    paid = ("--consideration", "398000.5 USD", "--fee", "25 USD")
    said = working(*settle, *paid)
    would = "  signed by bolat alone it would be effective"
    drafted(said, "10 units arrived for 398,000.5 USD under <id12>", "s.draft.json", would)
    signed(working, "s.draft.json", "bolat")
    submitted(working("submit", "s.signed.json"), "position 14  effective  <id12>")
    assert working("holdings").ok().plain == (
        "test/harbour  as of <day>  known at position 14\n"
        "asset   account   units   reserved   encumbered   in_transit\n"
        "────────────────────────────────────────────────────────────\n"
        "BTC     vault-1      10          0            0            0\n"
        "\n"
        "asset   units in all   given for them\n"
        "─────────────────────────────────────\n"
        "BTC               10    398,000.5 USD\n"
    )
    assert holdings_at(working, "13") == []
    assert holdings_at(working, "14") == ["10"]


def holdings_at(harbour: Harbour, position: str) -> list[str]:
    value = harbour.json("holdings", "--known-at", position)
    return [entry["units"] for entry in value["holdings"]]


def test_an_approval_in_the_same_envelope_counts_at_once(working: Harbour) -> None:
    receipt = working.do(*PURCHASE, by=("aigerim", "daniyar"))
    assert (receipt["verdict"], receipt["findings"]) == ("effective", [])


def test_a_purchase_above_the_limit_is_recorded_as_refused(working: Harbour) -> None:
    command = purchase("1", "1600000000 USD", "--author", "aigerim", "--reference", "IC-2")
    denied = (
        "  deny            REF.LIMIT.1            expected transaction_cost <= 1500000000 USD; "
        "found 1600000000 USD  [CCSS 1.04 (spend limits)]"
    )
    words = "Acquire 1 BTC for at most 1,600,000,000 USD from open-market, to arrive on vault-1"
    would = "  signed by aigerim alone it would be refused"
    drafted(working(*command, "--out", "p.draft.json"), words, "p.draft.json", would, denied)
    signed(working, "p.draft.json", "aigerim")
    submitted(working("submit", "p.signed.json"), "position 12  refused  <id12>", denied, code=5)
    again = working("submit", "p.signed.json")
    first = "position 12  refused  <id12>  (recorded before)"
    submitted(again, first, "  deny            REF.LIMIT.1", code=5)
    shown = working("show", "IC-2").ok().plain
    assert "  position 12, recorded at <time>\n  refused; decided again: the same\n" in shown
    assert denied in shown
    receipt = working.do(*purchase("1", "1000 USD", "--reference", "IC-2"), by=("aigerim",))
    assert receipt["position"] == 13, "the reference of a refused event may be used again"


def test_an_officer_refuses_and_an_author_withdraws(working: Harbour) -> None:
    working.do(*purchase("10", "400000 USD", "--reference", "IC-3"), by=("aigerim",))
    refuse = (
        "refuse",
        "IC-3",
        "--because",
        "Too dear",
        "--author",
        "marat",
        "--out",
        "r.draft.json",
    )
    drafted(working(*refuse), "Refuse the proposal <id>", "r.draft.json")
    signed(working, "r.draft.json", "marat")
    submitted(
        working("submit", "r.signed.json"),
        "position 13  effective  <id12>",
        "  proposal <id12> is now refused",
        "  deny            refused_by_officer     [an officer whose approval was asked refused]",
    )
    working.do(*purchase("10", "400000 USD", "--reference", "IC-4"), by=("aigerim",))
    other = working.act("withdraw", "IC-4", "--because", "Not mine", by=("daniyar",))
    assert other.code == 5
    assert [finding["rule"] for finding in other.json["findings"]] == ["not_the_author"]
    own = working.do("withdraw", "IC-4", "--because", "Changed my mind", by=("aigerim",))
    assert [effect["verdict"] for effect in own["effects"]] == ["refused"]
    assert working("approvals", "--all").ok().out == "nothing waits\n"
    late = working("approve", "IC-4", "--author", "marat")
    assert late.code == 7
    assert late.err == (
        "error: no open proposal named IC-4\n"
        "  hint: `custody approvals --all` lists the open ones\n"
    )


def test_a_transfer_is_released_half_settled_and_half_failed(trading: Harbour) -> None:
    transfer = (
        *("propose", "transfer", "--asset", "BTC", "--units", "4", "--from-account", "vault-1"),
        *("--to-account", "vault-2", "--max-fee", "0.001 BTC", "--reference", "T-1"),
    )
    assert trading.do(*transfer, by=("aigerim",))["verdict"] == "pending"
    trading.do("approve", "T-1", by=("marat",))
    assert holdings(trading) == ["BTC vault-1 10 4.001 0 0"]

    own = trading.act("release", "T-1", "--fee", "0.0004 BTC", by=("bolat",))
    assert own.json["verdict"] == "effective"
    assert holdings(trading) == ["BTC vault-1 5.9996 0.0006 0 4"]

    failed = ("fail", "T-1", "--units", "1", "--partial", "--because", "One output was wrong")
    trading.do(*failed, by=("bolat",))
    assert holdings(trading) == ["BTC vault-1 6.9996 0.0006 0 3"]
    said = trading("settle", "T-1", "--author", "bolat", "--out", "s.draft.json")
    would = "  signed by bolat alone it would be effective"
    drafted(said, "3 units arrived under <id12>", "s.draft.json", would)
    trading("submit", trading.sign("s.draft.json", "bolat")).ok()
    assert holdings(trading) == ["BTC vault-1 6.9996 0 0 0", "BTC vault-2 3 0 0 0"]
    assert trading("approvals", "--all").ok().out == "nothing waits\n"


def test_who_approved_a_transfer_does_not_release_it(trading: Harbour) -> None:
    """An act can be refused; what has happened is recorded and waits for the exception quorum."""
    transfer = (
        *("propose", "transfer", "--asset", "BTC", "--units", "4", "--from-account", "vault-1"),
        *("--to-account", "vault-2", "--reference", "T-1"),
    )
    trading.do(*transfer, by=("aigerim", "daniyar"))
    said = trading.act("release", "T-1", by=("daniyar",))
    rules = [finding["rule"] for finding in said.json["findings"]]
    assert said.json["verdict"] == "pending"
    assert rules[0] == "REF.SOD.1"
    assert holdings(trading) == ["BTC vault-1 10 4 0 0"]


def test_a_purchase_arrives_in_two_parts(working: Harbour) -> None:
    working.do(*purchase("10", "400000 USD", "--reference", "IC-5"), by=("aigerim", "daniyar"))
    part = ("settle", "IC-5", "--units", "4", "--consideration", "160000 USD", "--partial")
    working.do(*part, by=("bolat",))
    assert holdings(working) == ["BTC vault-1 4 0 0 0"]
    draft = working.json("settle", "IC-5", "--consideration", "240000 USD", "--author", "bolat")
    assert json.loads((working.root / draft["file"]).read_bytes())["units"] == "6"
    working("submit", working.sign(draft["file"], "bolat")).ok()
    assert holdings(working) == ["BTC vault-1 10 0 0 0"]
    assert working("settle", "IC-5", "--consideration", "1 USD", "--author", "bolat").code == 7


def test_units_received_are_confirmed_by_a_second_officer(working: Harbour) -> None:
    receipt = (
        *("propose", "receipt", "--asset", "BTC", "--units", "0.5", "--account", "vault-2"),
        *("--source", "mining", "--fair-value", "20000 USD", "--evidence", DIGEST),
    )
    assert working.do(*receipt, by=("bolat",))["verdict"] == "pending"
    assert holdings(working) == []
    assert working.do(*receipt, by=("bolat", "marat"))["verdict"] == "effective"
    assert holdings(working) == ["BTC vault-2 0.5 0 0 0"]


def test_the_reference_mandate_sells_nothing(trading: Harbour) -> None:
    disposal = (
        *("propose", "disposal", "--asset", "BTC", "--units", "2.5", "--min", "90000 USD"),
        *("--counterparty", "open-market", "--account", "vault-1"),
    )
    said = trading.act(*disposal, by=("aigerim", "marat"))
    assert said.code == 5
    assert [finding["rule"] for finding in said.json["findings"]] == ["REF.OUT.1"]


def test_a_disposal_brings_proceeds(tmp_path: Path) -> None:
    fund = template("free").copy(tmp_path / "free")
    opening = {"asset": "BTC", "units": "10", "account": "vault-1", "evidence": [DIGEST]}
    money = {"cost": {"currency": "USD", "amount": "250000"}}
    day = fund.json("holdings")["as_of"]
    fund.register("opening.recorded", by=("bolat",), **opening, **money, acquired_on=day)
    disposal = (
        *("propose", "disposal", "--asset", "BTC", "--units", "2.5", "--min", "90000 USD"),
        *("--counterparty", "open-market", "--account", "vault-1", "--reference", "D-1"),
    )
    assert fund.do(*disposal, by=("aigerim",))["verdict"] == "effective"
    missing = fund("settle", "D-1", "--author", "bolat")
    assert (missing.code, missing.err) == (
        2,
        "error: what was paid is missing\n  hint: Use --consideration '400000 USD'\n",
    )
    fund.do("settle", "D-1", "--proceeds", "95000 USD", by=("bolat",))
    assert holdings(fund) == ["BTC vault-1 7.5 0 0 0"]


def test_several_events_are_submitted_in_order(working: Harbour) -> None:
    names = [f"IC-{number}" for number in (1, 2, 3)]
    files = []
    for name in names:
        draft = working.json(*purchase("1", "1000 USD"), "--author", "aigerim", "--reference", name)
        files.append(working.sign(draft["file"], "aigerim"))
    dry = working("submit", *files, "--dry-run", "--json").ok()
    assert [entry["position"] for entry in dry.lines] == [12, 13, 14]
    said = working("submit", *files, "--json").ok()
    assert [entry["position"] for entry in said.lines] == [12, 13, 14]
    assert [
        entry["reference"] for entry in working("events", "--after", 11, "--json").lines
    ] == names


def test_the_first_that_is_not_taken_stops_the_others(working: Harbour) -> None:
    files = []
    for most in ("1000 USD", "1600000000 USD", "2000 USD"):
        draft = working.json(*purchase("1", most), "--author", "aigerim")
        files.append(working.sign(draft["file"], "aigerim"))
    said = working("submit", *files)
    assert said.code == 5
    assert said.err == "the events after this one were not submitted\n"
    assert working("events", "--after", "13", "--json").ok().out == ""


def test_a_draft_of_any_kind_comes_from_a_file(working: Harbour) -> None:
    source = working.root / "frozen.toml"
    source.write_text('account = "vault-2"\nreason = "An inquiry"\n', encoding="utf-8")
    by = ("--author", "bolat", "--cosigner", "marat", "--out", "f.draft.json")
    said = working("draft", "account.frozen", "--from", "frozen.toml", *by)
    assert said.code == 0
    assert said.plain.startswith("Freeze the account vault-2\n")
    working("submit", working.sign("f.draft.json", "bolat", "marat")).ok()
    blocked = working.act(
        *("propose", "acquisition", "--asset", "BTC", "--units", "1", "--max", "1 USD"),
        *("--counterparty", "open-market", "--account", "vault-2"),
        by=("aigerim",),
    )
    assert blocked.code == 5
    assert [finding["rule"] for finding in blocked.json["findings"]] == ["account_frozen"]


def test_a_workspace_is_named_by_flag_environment_or_folder(
    working: Harbour, tmp_path: Path
) -> None:
    expected = working("events", "--json").out
    elsewhere = Harbour(tmp_path)
    assert elsewhere("events", "--json", "--workspace", working.root).out == expected
    env = {"CUSTODY_WORKSPACE": str(working.root)}
    assert custody_process("events", "--json", at=tmp_path, env=env).out == expected
    assert elsewhere("events", "--json").code == 7


def test_a_reader_does_not_disturb_the_writer(working: Harbour) -> None:
    before = (working.root / "ledger.db").read_bytes()
    for command in (["holdings"], ["events"], ["approvals"], ["show", "3"], ["doctor"]):
        working(*command).ok()
    assert (working.root / "ledger.db").read_bytes() == before


def test_plain_replaces_what_differs_each_time() -> None:
    text = "2026-11-25T02:07:05.209361Z " + "a" * 64 + " beae 2280 b490 c1ab 1341 50d7 2026-11-25"
    assert plain(text) == "<time> <id> <fingerprint> <day>\n"
