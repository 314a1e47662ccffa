"""The model card of an exported model; every figure in it is its manifest's."""

import textwrap
from pathlib import Path
from string import Template
from typing import Any, Final

CARD_TEMPLATE: Final = Path(__file__).parent / "model_card.md"
WIDTH: Final = 118


def model_card(manifest: dict[str, Any]) -> str:
    """The model card for a manifest, as Markdown."""
    public, private = (manifest["measured"][split] for split in ("PublicTest", "PrivateTest"))
    recall = "\n".join(
        f"| {emotion} | {value:.1%} |" for emotion, value in private["recall"].items()
    )
    return Template(CARD_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=manifest["title"],
        name=manifest["name"],
        created=manifest["created"],
        parameters=f"{manifest['parameters']:,}",
        size=manifest["input"]["size"],
        colour="grey" if manifest["input"]["channels"] == 1 else "colour (BGR)",
        preprocessing=manifest["input"]["preprocessing"],
        data=manifest["data"],
        initial_weights=manifest["initial_weights"],
        command=manifest["command"],
        lineage="\n".join(_item(record) for record in manifest["lineage"]),
        minutes=_minutes(sum(record["seconds"] for record in manifest["lineage"])),
        temperature=manifest["temperature"],
        accuracy=f"{private['accuracy']:.1%}",
        macro_f1=f"{private['macro_f1']:.3f}",
        ece=f"{private['ece']:.3f}",
        n=f"{private['n']:,}",
        public_accuracy=f"{public['accuracy']:.1%}",
        public_n=f"{public['n']:,}",
        recall=recall,
        int8=_in_int8(manifest),
    )


def _in_int8(manifest: dict[str, Any]) -> str:
    """A row of the table of figures, for a model that has them."""
    if "int8" not in manifest:
        return ""
    return f"\n| Accuracy on OpenVINO in int8 | {manifest['int8']['PrivateTest']['accuracy']:.1%} |"


def _item(record: dict[str, Any]) -> str:
    """A training of the lineage as an item of a list."""
    parts = [f"1. `{record['name']}` began with {record['began_with']}"]
    for key, words in (("taught_by", "taught by"), ("averaged_with", "averaged with")):
        if record[key]:
            parts.append(f"{words} {', '.join(record[key])}")
    parts.append(f"seed {record['seed']}, {record['epochs']} epochs, {_minutes(record['seconds'])}")
    # Written by hand where a shipped model was not made quite as its recipe would make it.
    if "note" in record:
        parts.append(record["note"])
    return textwrap.fill("; ".join(parts), WIDTH, subsequent_indent="   ", break_long_words=False)


def _minutes(seconds: int) -> str:
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{seconds} s"
