"""What each kind of device says of a certificate that it does not know, and how it learns it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture of what to press. title: what the screen says. rows: below it, the one to press
    marked by its place."""

    title: str
    rows: tuple[str, ...]
    pressed: int


@dataclass(frozen=True, slots=True)
class Device:
    """now: the steps past the warning, enough for a class. always: the steps after which the
    device warns no more, each in words."""

    key: str
    name: str
    pattern: str
    now: tuple[Screen, ...]
    always: tuple[str, ...]


ADVANCED: Final = Screen(
    "Your connection is not private", ("Back to safety", "Advanced"), pressed=1
)
PROCEED: Final = Screen("Advanced", ("Hide advanced", "Proceed to this site (unsafe)"), pressed=1)
DETAILS: Final = Screen("This Connection Is Not Private", ("Go Back", "Show Details"), pressed=1)
VISIT: Final = Screen(
    "… you can visit this website",
    ("visit this website", "View the certificate"),
    0,
)
DEVICES: Final = (
    Device(
        "ios",
        "iPhone and iPad",
        r"iPhone|iPad",
        (DETAILS, VISIT),
        (
            "Download the certificate below and allow it.",
            "Settings, at the top: Profile Downloaded. Install it.",
            "Settings, General, About, Certificate Trust Settings: turn on “Engagement monitor”.",
        ),
    ),
    Device(
        "android",
        "Android",
        r"Android",
        (ADVANCED, PROCEED),
        (
            "Download the certificate below.",
            "Settings, Security and privacy, More security settings, Encryption and credentials.",
            "Install a certificate, CA certificate, Install anyway: choose class.crt.",
        ),
    ),
    Device(
        "chromeos",
        "Chromebook",
        r"CrOS",
        (ADVANCED, PROCEED),
        (
            "Download the certificate below.",
            "Settings, Privacy and security, Security, Manage certificates, Authorities.",
            "Import class.crt and trust it for identifying websites. On a school's Chromebook its "
            "administrator does that.",
        ),
    ),
    Device(
        "windows",
        "Windows",
        r"Windows",
        (ADVANCED, PROCEED),
        (
            "Download the certificate below and open it: Install Certificate, Current User.",
            "Place it in “Trusted Root Certification Authorities”, and confirm.",
            "Close the browser and open it again.",
        ),
    ),
    Device(
        "macos",
        "Mac",
        r"Macintosh",
        (DETAILS, VISIT),
        (
            "Download the certificate below and open it: it is added to Keychain Access.",
            "Find “Engagement monitor” there, open it, and under Trust choose Always Trust.",
            "Close the browser and open it again.",
        ),
    ),
    Device(
        "linux",
        "Linux, and Firefox everywhere",
        r"Linux|Firefox",
        (
            Screen(
                "Warning: Potential Security Risk Ahead", ("Go Back (Recommended)", "Advanced…"), 1
            ),
            Screen("Advanced", ("Go Back (Recommended)", "Accept the Risk and Continue"), 1),
        ),
        (
            "Download the certificate below.",
            "Firefox: Settings, Privacy and Security, View Certificates, Authorities, Import.",
            "Trust it to identify websites.",
        ),
    ),
)


def own_device(user_agent: str) -> str:
    """The key of the device that a browser says it runs on; Firefox of a desktop is one, too."""
    if "Firefox" in user_agent and not re.search("Android|iPhone|iPad", user_agent):
        return "linux"
    found = (device.key for device in DEVICES if re.search(device.pattern, user_agent))
    return next(found, "")
