"""Small drawings and figures in templates."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString

from inference.labels import EMOTIONS
from sessions.reports import facts
from sessions.reports.charts import sparklines
from sessions.reports.charts.figures import Figure
from sessions.site.palette import EMOTION_COLOURS, TOKENS

register = template.Library()
register.filter("percent", facts.percent)
register.filter("decimal", facts.decimal)
register.filter("duration", facts.duration)
register.filter("emotion_mix", facts.emotion_mix)
register.filter("clock", facts.clock)
register.filter("change", facts.change)
register.filter("interval", facts.interval)
register.filter("difference", facts.difference)
register.filter("agreement", facts.agreement)
register.filter("facing", facts.facing)
register.filter("disputed", facts.disputed)


@register.simple_tag
def sparkline(values: Sequence[float | None]) -> SafeString:
    """A small line of values from 0 to 1, None for gaps."""
    return sparklines.sparkline(values)


@register.simple_tag
def emotion_bar(shares: Sequence[float]) -> SafeString:
    """A bar divided by shares in the order of EMOTIONS; words beside it must say the same."""
    starts = [sum(shares[:index]) * 100 for index in range(len(shares))]
    parts = format_html_join(
        "",
        '<rect x="{}" width="{}" height="8" fill="{}"/>',
        (
            (round(start, 2), round(share * 100, 2), EMOTION_COLOURS[name])
            for name, start, share in zip(EMOTIONS, starts, shares, strict=True)
            if share
        ),
    )
    return format_html(
        '<svg class="emotion-bar" viewBox="0 0 100 8" preserveAspectRatio="none"'
        ' aria-hidden="true">{}</svg>',
        parts,
    )


@register.simple_tag
def chart_tokens(figures: dict[str, Figure]) -> SafeString:
    """The tokens of the colours in these figures, by which the page draws them in its theme."""
    text = str(figures)
    used = {colour: token for colour, token in TOKENS.items() if colour in text}
    return json_script(used, "chart-tokens")
