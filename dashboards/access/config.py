"""How access is set up: the method of signing in, and what each person may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dashboards.scope import Scope

Method = Literal["none", "users", "proxy", "oidc"]
Role = Literal["viewer", "owner"]
#: The settings allow no more.
LONGEST_SESSION_HOURS = 168.0


OF_GROUP, EVERYBODY = "group:", "*"


def folded(name: str) -> str:
    """Write a name as names are compared: capitals count for nothing among the letters of ASCII.

    Others stay as they are. Folding them would make one name of two, as of `ſ` and `s`, and whoever
    may choose a name somewhere could choose somebody else's.
    """
    return name.lower() if name.isascii() else name


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person or group may do.

    Attributes
    ----------
    role : viewers read pages; owners take files away as well.
    scope : segments seen; None sees everything.
    """

    role: Role
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Proxy:
    """A trusted reverse proxy that names the reader in a header and proves itself in another."""

    user_header: str
    secret_header: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "email"
    groups_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Access:
    """How this app is guarded.

    Attributes
    ----------
    method : how people sign in; `none` is for one's own machine only.
    grants : name, or `group:<name>`, or `*` for everybody signed in -> what they may do.
    session_hours : after which one signs in again.
    public_url : address under which readers reach the app; https makes cookies secure.
    proxies : reverse proxies in front, each of which adds to X-Forwarded-For whom it heard from.
    key : signs the session cookies.
    state : folder, private to the owner, for the audit log and the count of failed attempts.
    """

    method: Method = "none"
    grants: Mapping[str, Grant] = field(default_factory=dict)
    session_hours: float = 8.0
    public_url: str | None = None
    proxies: int = 0
    key: bytes = field(default=b"", repr=False)
    state: Path | None = None
    users_file: Path | None = None
    proxy: Proxy | None = None
    provider: Provider | None = None

    @property
    def is_guarded(self) -> bool:
        """Whether readers have to sign in."""
        return self.method != "none"

    @property
    def is_secure(self) -> bool:
        """Whether readers reach the app over TLS."""
        return bool(self.public_url) and urlsplit(self.public_url).scheme == "https"

    @property
    def public_host(self) -> str | None:
        """Host name under which readers reach the app."""
        return urlsplit(self.public_url).hostname if self.public_url else None

    def grant_of(self, name: str, groups: Iterable[str] = ()) -> Grant | None:
        """Find what a person may do: the own grant, else the first group's, else everybody's.

        Somebody who is called like a group, or `*`, has no grant of their own: names are chosen by
        people, groups are not.
        """
        own = () if name == EVERYBODY or folded(name).startswith(OF_GROUP) else (folded(name),)
        keys = (*own, *(folded(f"{OF_GROUP}{group}") for group in groups), EVERYBODY)
        known = {folded(key): grant for key, grant in self.grants.items()}
        return next((known[key] for key in keys if key in known), None)

    def granted(self, groups: Iterable[str]) -> list[str]:
        """Give those of some groups to which something is granted."""
        known = {folded(key) for key in self.grants}
        return [group for group in groups if folded(f"{OF_GROUP}{group}") in known]


OPEN = Access()
