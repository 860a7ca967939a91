"""The program `custody` as a test uses it: a command, what it prints, and its exit code.

`custody` runs it in this process, which is fast; `custody_process` starts it as an operator does.
A workspace for a test is a copy of one that was made once, through the command line itself.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ledger.cli.main import run
from tests.support.fund_simulator import DIGEST, OFFICES, commitment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PASSPHRASE = "correct horse battery staple"
ASSET = "bip122:000000000019d6689c085ae165831e93/slip44:0"
CHAIN = "bip122:000000000019d6689c085ae165831e93"
_PATTERNS = (
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}\.[0-9]{6})?Z", "<time>"),
    (r"\b[0-9a-f]{64}\b", "<id>"),
    (r"\b[0-9a-f]{12}\b", "<id12>"),
    (r"([0-9a-f]{4} ){5}[0-9a-f]{4}", "<fingerprint>"),
    (r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b", "<day>"),
)


@dataclass(frozen=True)
class Said:
    """What the program said."""

    code: int
    out: str
    err: str

    def ok(self) -> Said:
        """The same, if it ended well."""
        assert self.code == 0, self
        return self

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        assert self.out.count("\n") == 1, self
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def plain(self) -> str:
        """Stdout with ids, times and days replaced, and no space at the ends of lines."""
        return plain(self.out)


def plain(text: str) -> str:
    """A text with ids, times and days replaced, and no space at the ends of lines."""
    for pattern, name in _PATTERNS:
        text = re.sub(pattern, name, text)
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def custody(*arguments: object, at: Path | None = None) -> Said:
    """Run the program in this process, in a folder if one is named."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(at or Path.cwd()),
    ):
        code = run([str(argument) for argument in arguments])
    return Said(code, out.getvalue(), err.getvalue())


def custody_process(*arguments: object, at: Path, typed: str | None = None, **options: Any) -> Said:
    """Run the program as a process of its own; `typed` is what comes on stdin."""
    if typed is None:
        options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(
        command(*arguments),
        cwd=at,
        env=environment(**options.pop("env", {})),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def custody_at_terminal(*arguments: object, at: Path, prompt: str, typed: str | None) -> Said:
    """Run a process whose stdin is a terminal, at which somebody types when asked.

    `typed` is what they type after the prompt; None if they press the interrupt key instead.
    """
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments),
        cwd=at,
        env=environment(),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # or the passphrase would be asked for at the tester's terminal
    ) as child:
        assert child.stderr is not None
        shown = ""
        try:
            while prompt not in shown and (part := os.read(child.stderr.fileno(), 4_096)):
                shown += part.decode()
            if typed is not None:
                os.write(ours, typed.encode())
            else:
                _interrupt(child)
            out, err = child.communicate(timeout=30)
        finally:
            child.kill()
            os.close(theirs)
            os.close(ours)
    return Said(child.returncode, out, shown + err)


def _interrupt(child: subprocess.Popen[str]) -> None:
    """Press the key until it is felt: one that comes just before a read begins is not."""
    for _ in range(100):
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.2)
            return


def command(*arguments: object) -> list[str]:
    """The command line of a process."""
    return [sys.executable, "-m", "ledger.cli.main", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@dataclass
class Harbour:
    """A workspace, and short ways to work in it."""

    root: Path

    @property
    def passphrase(self) -> Path:
        """The file that holds the passphrase of every key."""
        return self.root / "passphrase"

    def __call__(self, *arguments: object) -> Said:
        """Run a command in the workspace's folder."""
        return custody(*arguments, at=self.root)

    def json(self, *arguments: object) -> Any:
        """Run a command that must succeed; its JSON."""
        return self(*arguments, "--json").ok().json

    def key(self, officer: str) -> Path:
        """An officer's key file."""
        return self.root / "keys" / f"{officer}.key"

    def with_key(self, officer: str) -> tuple[object, ...]:
        """Options that name an officer's key and its passphrase."""
        return ("--key", self.key(officer), "--passphrase-file", self.passphrase)

    def sign(self, draft: object, *officers: str) -> str:
        """Sign a draft by its author and cosigners; the signed file."""
        author, *cosigners = officers
        signed = self.json("sign", draft, *self.with_key(author), "--yes")["file"]
        for officer in cosigners:
            self("cosign", signed, *self.with_key(officer), "--yes").ok()
        return str(signed)

    def act(self, *arguments: object, by: tuple[str, ...]) -> Said:
        """Draft, sign and submit one event."""
        cosigners = [part for name in by[1:] for part in ("--cosigner", name)]
        draft = self.json(*arguments, "--author", by[0], *cosigners)["file"]
        return self("submit", self.sign(draft, *by), "--json")

    def do(self, *arguments: object, by: tuple[str, ...]) -> Any:
        """As `act`, for what must be recorded; its receipt."""
        return self.act(*arguments, by=by).ok().json

    def register(
        self, kind: str, *, by: tuple[str, ...] = ("gulnara", "nurlan"), **members: Any
    ) -> Any:
        """Draft an event of any kind from a file of members, sign and submit it."""
        source = self.root / f"{kind}.json"
        source.write_text(json.dumps(members), encoding="utf-8")
        return self.do("draft", kind, "--from", source, by=by)

    def copy(self, target: Path) -> Harbour:
        """The same workspace in another place."""
        shutil.copytree(self.root, target)
        return Harbour(target)


def constitution(**changes: str) -> str:
    """A constitution as TOML, with the public key files of seven officers."""
    parts = {
        "head": (
            'legal_entity = "Harbour Sovereign Fund"\njurisdiction = "KZ"\n'
            'functional_currency = "USD"\n'
        ),
        "charter": (
            '[charter]\ngovernance_offices = ["Governor"]\nquorum = 2\nnotice_days = 10\n'
            "max_backdating_days = 30\nutc_offset_minutes = 300\n"
            'wider_backdating = { days = 36600, until = "2099-12-31" }\n'
        ),
        "founders": "".join(
            f'[[founders]]\nofficer = "{name}"\ncommitment = "{commitment_of(name)}"\n'
            f'offices = ["{office}"]\nkeys = ["keys/{name}.key.pub"]\n'
            for name, office in OFFICES.items()
        ),
    }
    return "".join((parts | changes).values())


def founded(root: Path) -> Harbour:
    """A workspace with keys and a constitution that is not recorded yet."""
    harbour = Harbour(root)
    root.mkdir(parents=True)
    harbour.passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
    harbour.passphrase.chmod(0o600)
    secret = ("--passphrase-file", harbour.passphrase)
    harbour("init", "test/harbour", *secret).ok()
    for name in OFFICES:
        harbour("key", "new", harbour.key(name), *secret).ok()
    (root / "constitution.toml").write_text(constitution(), encoding="utf-8")
    return harbour


def constituted(root: Path) -> Harbour:
    """A workspace whose log begins with the constitution."""
    harbour = founded(root)
    author, *others = sorted(OFFICES)
    draft = harbour.json("fund", "constitute", "--from", "constitution.toml", "--author", author)
    harbour("submit", harbour.sign(draft["file"], author, *others)).ok()
    return harbour


def working(root: Path) -> Harbour:
    """A workspace of a fund under the reference mandate, with accounts and a counterparty."""
    return _governed(root, "reference")


def free(root: Path) -> Harbour:
    """As `working`, under a book by which treasury and custody act alone."""
    return _governed(root, "free.toml")


FREE_BOOK = """
book = "free"
title = "A book under which treasury and custody act alone"
version = "1.0"
status = "in_force"
source = "Tests"

[[rules]]
id = "FREE.1"
rule_type = "approval"
effect = "allow_only_if"
trigger = ["any_instruction", "any_fact", "any_registration"]
params = { initiator_roles = ["TreasuryOfficer", "CustodyOfficer"] }
origin = "design"
citation = "A test"
"""


def _governed(root: Path, source: str) -> Harbour:
    harbour = constituted(root)
    (root / "free.toml").write_text(FREE_BOOK, encoding="utf-8")
    harbour.register(
        "asset.listed",
        asset="BTC",
        asset_id=ASSET,
        name="Bitcoin",
        scale=8,
        instrument_class="coin",
    )
    for number in (1, 2):
        harbour.register(
            "custodian.engaged",
            custodian=f"custodian-{number}",
            legal_name=f"Custodian {number}",
            jurisdiction="KZ",
            licences=[],
            contract=DIGEST,
        )
        harbour.register(
            "account.opened",
            account=f"vault-{number}",
            custodian=f"custodian-{number}",
            title="Harbour Sovereign Fund",
            tier="cold",
            method="qualified_custodian",
            owner_class="own",
        )
        harbour.register(
            "address.registered",
            account=f"vault-{number}",
            chain=CHAIN,
            address=f"bc1qvault{number}",
            evidence=[DIGEST],
        )
    harbour.register(
        "counterparty.registered",
        counterparty="open-market",
        legal_name="The open market",
        jurisdiction="US",
    )
    book = harbour.do("draft", "book.recorded", "--from", source, by=("gulnara", "nurlan"))
    today = harbour.json("holdings")["as_of"]
    harbour.register(
        "mandate.adopted",
        mandate=source.partition(".")[0],
        version="1",
        books=[book["event"]],
        effective_from=today,
    )
    return harbour


def trading(root: Path) -> Harbour:
    """As `working`, with 10 BTC bought for 400,000 USD on vault-1 and a checkpoint over it."""
    harbour = working(root)
    proposal = harbour.do(*PURCHASE, by=("aigerim", "daniyar"))
    settled = ("settle", proposal["event"][:12], "--consideration", "400000 USD")
    assert harbour.do(*settled, by=("bolat",))["verdict"] == "effective"
    harbour("checkpoint", "--passphrase-file", harbour.passphrase).ok()
    return harbour


def purchase(units: str = "10", most: str = "400000 USD", *more: object) -> tuple[object, ...]:
    """The command that proposes a purchase of BTC."""
    return (
        *("propose", "acquisition", "--asset", "BTC", "--units", units, "--max", most),
        *("--counterparty", "open-market", "--account", "vault-1", *more),
    )


PURCHASE = purchase()
_MAKERS: dict[str, Callable[[Path], Harbour]] = {
    maker.__name__: maker for maker in (founded, constituted, working, free, trading)
}


@cache
def template(name: str) -> Harbour:
    """A workspace that was made once in this process; work on a `copy` of it."""
    folder = tempfile.mkdtemp(prefix="custody-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with cheap_keys():
        return _MAKERS[name](Path(folder) / "harbour")


@contextlib.contextmanager
def cheap_keys() -> Iterator[None]:
    """Key files whose passphrase is stretched by two rounds: tests make many."""
    with patch("ledger.signing.pkcs8.SCRYPT_N", 2):
        yield
