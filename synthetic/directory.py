"""What each person is called in each system, and whom no system can name."""

from dataclasses import dataclass

import numpy as np

from synthetic.frames import employee_ids
from synthetic.names import OLD_DOMAIN, address, full_name, handle
from synthetic.organisation import Organisation
from synthetic.people import NEVER, Flags

#: Hours ahead of UTC in which people's files are written, by location.
OFFSETS = {"Lisbon": 1, "Toronto": -4, "Nairobi": 3, "Warsaw": 2, "Remote": 0}

_UNLINKED, _SECOND_LOGIN, _OLD_ADDRESS, _REMOVED = 0.012, 0.03, 0.04, 0.05


@dataclass(frozen=True)
class Directory:
    """Names by index of people; a rehire has the names of the first employment.

    Attributes
    ----------
    employee_id, full_name, email, login, pagerduty
        What the person is called in each system.
    pagerduty_email
        The address known to the pager, for some one of the former domain.
    is_linked
        Whether `identities` lists the login; the rest can be resolved by nobody.
    later_login
        The login in the second half of the months, for most the same.
    is_removed
        Whether the pager's user list no longer has the person.
    """

    employee_id: list[str]
    full_name: list[str]
    email: list[str]
    login: list[str]
    later_login: list[str]
    pagerduty: list[str]
    pagerduty_email: list[str]
    is_linked: Flags
    is_removed: Flags


def look_up(organisation: Organisation, rng: np.random.Generator) -> Directory:
    """Name everyone.

    Parameters
    ----------
    rng
        Decides who is unlinked, renamed or removed.
    """
    people = organisation.people_
    numbers = people.number.tolist()
    first = people.number - 1
    own = people.spell == 1
    gone = own & (organisation.careers.left_day < NEVER)
    gone &= ~np.isin(people.number, people.number[~own])
    linked = _with_one(rng.random(len(people)) >= _UNLINKED, False, own)[first]
    second = _with_one(rng.random(len(people)) < _SECOND_LOGIN, True, own)[first]
    moved = _with_one(rng.random(len(people)) < _OLD_ADDRESS, True, own)[first]
    removed = (rng.random(len(people)) < _REMOVED) & gone
    removed = _with_one(removed, True, gone if gone.any() else own)[first]
    return Directory(
        employee_id=employee_ids(people).tolist(),
        full_name=[full_name(number) for number in numbers],
        email=[address(number) for number in numbers],
        login=[handle(number) for number in numbers],
        later_login=[
            f"{handle(number)}-am" if twice else handle(number)
            for number, twice in zip(numbers, second.tolist(), strict=True)
        ],
        pagerduty=[f"P{_base36(number)}" for number in numbers],
        pagerduty_email=[
            address(number, OLD_DOMAIN) if old else address(number)
            for number, old in zip(numbers, moved.tolist(), strict=True)
        ],
        is_linked=linked,
        is_removed=removed,
    )


def _with_one(flags: Flags, wanted: bool, among: Flags) -> Flags:
    """See to it that even a small organisation has somebody of each kind."""
    if (flags[among] == wanted).any():
        return flags
    result = flags.copy()
    result[np.flatnonzero(among)[-1]] = wanted
    return result


def _base36(number: int) -> str:
    """Six digits and capitals, spread out, as pager ids are."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    value = (number * 1_299_709 + 104_729) % 36**6
    text = ""
    for _ in range(6):
        value, digit = divmod(value, 36)
        text = digits[digit] + text
    return text
