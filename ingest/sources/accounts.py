"""Accounts: which person an account of a tool belongs to, as directories and tools say.

Single sign-on (GitHub's linked identities), directories (Okta, Entra, SCIM) and the user lists of
incident tools give an address or an employee id for an account. They only link: nobody is employed
because of an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Table, person
from ingest.source import Fill, VendorShape

ACCOUNTS = Table(
    "accounts__accounts",
    "one account of a tool and one name of its owner",
    (*person("account", essential=True), *person("owner", essential=True)),
    key=("account", "owner"),
)
TABLES: tuple[Table, ...] = (ACCOUNTS,)


def address_sql(text: str) -> str:
    """SQL for a text where it is an e-mail address, else null."""
    return f"case when contains({text}, '@') then {text} end"


def accounts(account: str, *owners: str) -> Fill:
    """Fill accounts from a record.

    Parameters
    ----------
    account
        SQL for the name that the tool uses.
    owners
        SQL for the address or the employee id of its owner: the first that says something counts.
    """
    filled = ", ".join(f"nullif({owner}, '')" for owner in owners)
    return Fill(ACCOUNTS, {"account": account, "owner": f"coalesce({filled})"})


def _is_scim(record: Mapping[str, Any]) -> bool:
    return any(str(one).startswith("urn:ietf:params:scim") for one in record.get("schemas") or ())


def _is_linked(record: Mapping[str, Any]) -> bool:
    return bool(record.get("user"))


IDENTITY = (
    "STRUCT(samlIdentity STRUCT(nameId VARCHAR), scimIdentity STRUCT(username VARCHAR), "
    '"user" STRUCT(login VARCHAR))'
)
LINKED = "r.node"
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "github__saml_identities",
        keys=frozenset({"samlIdentity", "user"}),
        columns={
            "samlIdentity": "STRUCT(nameId VARCHAR)",
            "scimIdentity": "STRUCT(username VARCHAR)",
            "user": "STRUCT(login VARCHAR)",
        },
        # Provisioned, but never linked: no account to speak of.
        only='r."user".login is not null and '
        "coalesce(r.samlIdentity.nameId, r.scimIdentity.username) is not null",
        fills=(accounts('r."user".login', "r.samlIdentity.nameId", "r.scimIdentity.username"),),
    ),
    VendorShape(
        "okta__users",
        keys=frozenset({"id", "status", "profile"}),
        is_one=lambda record: "login" in (record.get("profile") or {}),
        columns={
            "id": "VARCHAR",
            "profile": "STRUCT(login VARCHAR, email VARCHAR, employeeNumber VARCHAR)",
        },
        only="coalesce(nullif(r.profile.employeeNumber, ''), r.profile.email) is not null",
        fills=(accounts("r.profile.login", "r.profile.employeeNumber", "r.profile.email"),),
    ),
    VendorShape(
        "entra__users",
        keys=frozenset({"id", "userPrincipalName", "mail"}),
        columns={
            "userPrincipalName": "VARCHAR",
            "mail": "VARCHAR",
            "employeeId": "VARCHAR",
        },
        only="coalesce(nullif(r.employeeId, ''), r.mail) is not null",
        fills=(accounts("r.userPrincipalName", "r.employeeId", "r.mail"),),
    ),
    VendorShape(
        "scim__users",
        keys=frozenset({"schemas", "userName"}),
        is_one=_is_scim,
        columns={
            "userName": "VARCHAR",
            "externalId": "VARCHAR",
            "emails": 'STRUCT(value VARCHAR, "primary" VARCHAR)[]',
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": (
                "STRUCT(employeeNumber VARCHAR)"
            ),
        },
        only="len(r.emails) > 0 or "
        'r."urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".employeeNumber is not null',
        fills=(
            accounts(
                "r.userName",
                'r."urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".employeeNumber',
                "list_filter(r.emails, lambda one: one.\"primary\" = 'true')[1].value",
                "r.emails[1].value",
            ),
        ),
    ),
)
