"""A join link as a picture that a phone reads off a projector."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(url: str) -> SafeString:
    """An inline SVG, dark on white with its quiet zone in light and dark pages alike."""
    svg = segno.make(url, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return mark_safe(svg)  # the URL is drawn, never written out
