"""Servers reached by SSH are those the user knows: their keys stand in `known_hosts`.

The library takes any key by default, so that whoever sits in between could pose as the server and
be sent the password.
"""

from __future__ import annotations

from pathlib import Path

import paramiko

SYSTEM = Path("/etc/ssh/ssh_known_hosts")


class KnownHosts(paramiko.MissingHostKeyPolicy):
    """Refuse a server whose key is not in the user's or the system's `known_hosts`."""

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002 - the library hands it over
        hostname: str,
        key: paramiko.PKey,
    ) -> None:
        """Look the key up.

        Raises
        ------
        paramiko.SSHException
            It is not there, or another one is.
        """
        keys = paramiko.HostKeys()
        for path in (SYSTEM, Path.home() / ".ssh" / "known_hosts"):
            if path.is_file():
                keys.load(str(path))
        if not keys.check(hostname, key):
            raise paramiko.SSHException(
                f"the key of {hostname} ({key.get_name()}) is not in ~/.ssh/known_hosts: connect "
                "once by ssh and compare it, or add what ssh-keyscan gives"
            )
