"""How fast the product is on this machine, each piece of work beside the best written by hand for it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.module_loading import autodiscover_modules

from common.bench import Timing, benches


class Command(BaseCommand):
    help = (
        "Measure the benchmarks named, or all of them, each in an empty database of its own that is dropped after it; "
        "what this installation holds is neither read nor written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")
        parser.add_argument("--leads", type=int, default=100_000, help="how many leads to measure with")
        parser.add_argument(
            "--keep", action="store_true", help="leave the database, filled, to the next run that says so too"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("bench")
        known = benches()
        if unknown := set(options["names"]) - set(known):
            raise CommandError(f"There is no benchmark {min(unknown)!r}; there are {', '.join(sorted(known))}.")
        if not options["json"]:
            self.stdout.write(f"{'':52} {'ours':>14} {'by hand':>14}   ratio")
        for name in options["names"] or sorted(known):
            kept = options["keep"]
            with database_beside(f"bench_{name}" if kept else "bench", kept=kept):
                for timing in known[name](options["leads"]):
                    self._say(name, timing, as_json=options["json"])

    def _say(self, name: str, timing: Timing, *, as_json: bool) -> None:
        if as_json:
            told = {"bench": name, "what": timing.what, "ours_s": timing.ours, "bare_s": timing.bare}
            asked = {} if timing.queries is None else {"queries": timing.queries}
            self.stdout.write(json.dumps(told | {"ratio": round(timing.ratio, 2)} | asked))
            return
        ours, bare = f"{timing.ours * 1000:,.1f} ms", f"{timing.bare * 1000:,.1f} ms"
        asked = "" if timing.queries is None else f" {timing.queries:7} queries"
        self.stdout.write(f"{timing.what:52} {ours:>14} {bare:>14}   × {timing.ratio:.1f}{asked}")


@contextmanager
def database_beside(suffix: str, *, kept: bool) -> Iterator[None]:
    """Work in a database beside the installation's own: made for this and dropped at the end, or kept as it is left."""
    own = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{own}_{suffix}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=kept)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(own, verbosity=0, keepdb=kept)
