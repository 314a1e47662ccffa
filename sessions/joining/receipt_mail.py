"""A private link by e-mail. The address is used once: it is neither stored nor logged."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from sessions.errors import NotAllowed
from sessions.joining.receipt import Receipt
from sessions.site.limits import MAILS, MAILS_OF_ADDRESS
from sessions.site.mail import sends_mail

logger = logging.getLogger(__name__)

SUBJECT: Final = "Your private link to your record of a class"


class TooManyMails(NotAllowed):
    """Somebody asks for mails too often; the next try may succeed after retry_after_s seconds."""

    retry_after_s = MAILS.period_s


def mail_link(receipt: Receipt, link: str, address: str, asked_from: str) -> None:
    """Send the link to the address; asked_from: of the network, as limits.address_of() has it.

    Raises NotAllowed where the site sends no mail, TooManyMails, and NotAllowed where the mail
    does not go out.
    """
    if not sends_mail():
        raise NotAllowed("This site cannot send e-mail. Copy the link, or scan the code.")
    if not MAILS_OF_ADDRESS.spend(asked_from) or not MAILS.spend(receipt.participant.pk):
        raise TooManyMails("Too many mails were asked for. Copy the link, or wait an hour.")
    # Without the name, which anybody may choose: nobody is to send words of their own by this.
    text = render_to_string(
        "joining/private_link_mail.txt",
        {"receipt": receipt, "link": link, "retention_days": settings.RETENTION_DAYS},
    )
    try:
        send_mail(SUBJECT, text, None, [address])
    except (SMTPException, OSError) as error:
        # Its text may quote the address.
        logger.error("A private link could not be mailed: %s", type(error).__name__)
        raise NotAllowed(
            "The mail could not be sent. Compare the address, or copy the link."
        ) from None
