"""Fetch published weights that a training begins with."""

from argparse import ArgumentTypeError
from typing import Any

import pooch
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.fetch import CATALOGUE, FetchError, fetch


class Command(BaseCommand):
    help = (
        "Fetch weights to begin a training with into DATA_DIR/models: dlib_face, in the public "
        "domain, and vggface2_resnet50, for non-commercial research. A download that fails is "
        "tried again; nothing unverified is put in place."
    )
    # It mends what the checks complain of.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names",
            nargs="+",
            type=_name,
            metavar="NAME",
            help=f"one of {', '.join(CATALOGUE)}",
        )
        parser.add_argument(
            "--from",
            dest="source",
            metavar="FOLDER_OR_URL",
            help="a folder, or the base URL of a mirror, that has the files by their own names",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.DATA_DIR / "models"
        for name in dict.fromkeys(options["names"]):
            download = CATALOGUE[name]
            target = folder / download.file
            try:
                is_new = fetch(download, folder, options["source"])
            except FetchError as error:
                raise CommandError(str(error)) from None
            except OSError as error:
                raise CommandError(f"{download.file} was not fetched: {error}") from None
            self.stdout.write(
                f"{download.file}: {'fetched' if is_new else 'already there'}, {target}\n"
                f"  verified: {download.proof}\n"
                f"  sha256: {pooch.file_hash(target)}\n"
                f"  licence: {download.licence}"
            )


def _name(text: str) -> str:
    if text not in CATALOGUE:
        raise ArgumentTypeError(f"{text!r} is not known; there are {', '.join(CATALOGUE)}")
    return text
