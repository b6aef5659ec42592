"""Hands an e-mail to the server that the settings name."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from pipeline.errors import BadInputError, PipelineError
from pipeline.settings import Digest

SECONDS = 30.0


def send(message: EmailMessage, settings: Digest) -> None:
    """Send a message as the settings say.

    Raises
    ------
    BadInputError
        No server, sender or recipient is configured, or the password file cannot be read.
    PipelineError
        The server could not be reached or refused the message.
    """
    if not settings.smtp_host or not settings.sender or not settings.recipients:
        raise BadInputError(
            "nothing was sent: set `digest.smtp_host`, `digest.sender` and `digest.recipients` in "
            "the settings (docs/settings.md)."
        )
    password = _password(settings)
    try:
        with _connect(settings) as server:
            if settings.user:
                server.login(settings.user, password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        where = f"{settings.smtp_host}:{settings.smtp_port}"
        raise PipelineError(f"{where}: the digest was not sent ({error}).") from error


def _connect(settings: Digest) -> smtplib.SMTP:
    host, port = str(settings.smtp_host), settings.smtp_port
    context = ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=SECONDS)
    if settings.security == "starttls":
        server.starttls(context=context)
    return server


def _password(settings: Digest) -> str:
    if not settings.user:
        return ""
    if settings.password_file is None:
        raise BadInputError("`digest.user` is set, but not `digest.password_file`.")
    try:
        return settings.password_file.expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadInputError(f"{settings.password_file}: cannot be read.") from error
