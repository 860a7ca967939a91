"""Fuzz one parser in a process of its own: `python -m tests.assurance.fuzzing_engine …`.

    fuzzing_engine <parser> <runs> <folder> <engine>

With `atheris` (libFuzzer) the inputs follow the coverage of the product's code. Where it is not
installed, the same laws are asked about mutations of the same seeds. The folder holds what came of
it: `counts` (two little-endian 64-bit numbers, inputs tried and inputs taken), and after a failure
`input` and `why`.
"""

# ruff: noqa: PLC0415 - `atheris` watches only what is imported under its eyes
from __future__ import annotations

import importlib
import mmap
import re
import resource
import signal
import struct
import sys
import time
import traceback
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.parsers import Parser

CPU_SECONDS_MAX = 1.0
"""The time that any input may cost, of this process alone."""
HANG_SECONDS = 60
MEMORY_BYTES_MAX = 2 * 1024**3
BYTES_MIN = 256
"""Inputs may grow to twice the longest seed, and to this."""
CORPUS_MAX = 2_000
_COUNTS = struct.Struct("<QQ")


class Watched:
    """A law with its counts, its time, and a note of the first input that breaks it."""

    def __init__(self, parser: Parser, folder: Path) -> None:
        self._takes = parser.takes
        self._folder = folder
        place = folder / "counts"
        place.write_bytes(bytes(_COUNTS.size))
        with place.open("r+b") as file:
            self._counts = mmap.mmap(file.fileno(), _COUNTS.size)
        self._tried = self._taken = 0

    def __call__(self, data: bytes) -> bool:
        started = time.process_time()
        try:
            taken = self._takes(data)
            spent = time.process_time() - started
            assert spent <= CPU_SECONDS_MAX, f"{spent:.1f} s of processor time"
        except BaseException:
            (self._folder / "input").write_bytes(data)
            (self._folder / "why").write_text(traceback.format_exc(), encoding="utf-8")
            raise
        self._tried += 1
        self._taken += taken
        _COUNTS.pack_into(self._counts, 0, self._tried, self._taken)
        return taken


def by_coverage(atheris: Any, parser: Parser, runs: int, folder: Path) -> None:
    """Fuzz with libFuzzer; it ends the process itself."""
    from tests.support.chance import seeded
    from tests.support.mutators import changed

    seeds = parser.seeds()

    def change(data: bytes, size: int, seed: int) -> bytes:
        def plain(part: bytes) -> bytes:
            return bytes(atheris.Mutate(part, max(size, len(part))))

        # Half of the time from a seed: what has new coverage was mostly refused.
        chance = seeded(seed)
        start = chance.choice(seeds) if chance.randrange(2) else data
        return changed(chance, start, parser.shape, plain)[:size]

    shaped = parser.shape != "bytes"
    options = {
        "runs": runs,
        "seed": 1,
        "max_len": _longest(seeds),
        # One change of a form at a time: two and more are hardly ever taken.
        "mutate_depth": 1 if shaped else 5,
        "timeout": HANG_SECONDS,
        "rss_limit_mb": MEMORY_BYTES_MAX // 1024**2,
        "artifact_prefix": f"{folder}/",
        "dict": _dictionary(seeds, folder),
        "verbosity": 0,
    }
    arguments = ["fuzzing", *(f"-{name}={value}" for name, value in options.items())]
    more = {"custom_mutator": change} if shaped else {}
    atheris.Setup([*arguments, str(_corpus(seeds, folder))], Watched(parser, folder), **more)
    atheris.Fuzz()


def _longest(seeds: list[bytes]) -> int:
    return max(BYTES_MIN, 2 * max(map(len, seeds)))


def _corpus(seeds: list[bytes], folder: Path) -> Path:
    """The seeds as files, which is how libFuzzer reads them."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    return corpus


def _dictionary(seeds: list[bytes], folder: Path) -> Path:
    """The tokens that hostile JSON is made of, and the words of the seeds."""
    from tests.support.strategies import TOKENS

    words = {word for seed in seeds for word in re.findall(rb"[A-Za-z_./@]{3,32}", seed)}
    escaped = (
        "".join(f"\\x{byte:02x}" for byte in token) for token in [*TOKENS, *sorted(words)[:500]]
    )
    place = folder / "dictionary"
    place.write_text("".join(f'"{token}"\n' for token in escaped), encoding="ascii")
    return place


def by_chance(parser: Parser, runs: int, folder: Path) -> None:
    """Fuzz with mutations of the seeds and of what they became, the same in every run."""
    from tests.support.chance import seeded
    from tests.support.mutators import changed
    from tests.support.strategies import mutated

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    signal.signal(signal.SIGALRM, _hanging)
    watched, chance, corpus = Watched(parser, folder), seeded(parser.name), list(parser.seeds())
    longest = _longest(corpus)
    for number in range(runs):
        signal.alarm(HANG_SECONDS)
        start = corpus[number] if number < len(corpus) else chance.choice(corpus)
        data = changed(chance, start, parser.shape, lambda part: mutated(chance, part))[:longest]
        if watched(data) and len(corpus) < CORPUS_MAX:
            corpus.append(data)
    signal.alarm(0)


def _hanging(*_: object) -> None:
    raise TimeoutError(f"no answer in {HANG_SECONDS} s")


def main(name: str, runs: str, folder: str, engine: str) -> None:
    """The product is imported here, so that `atheris` can watch which of its lines run."""
    atheris: Any = importlib.import_module("atheris") if engine == "atheris" else None
    watching = (
        atheris.instrument_imports(include=["ledger", "policies"]) if atheris else nullcontext()
    )
    with watching:
        from tests.support.parsers import BY_NAME
    if atheris:
        by_coverage(atheris, BY_NAME[name], int(runs), Path(folder))
    else:
        by_chance(BY_NAME[name], int(runs), Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
