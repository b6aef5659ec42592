"""Stands in for dbt's adapter while SQLFluff reads the models."""

from collections.abc import Callable


def quote(name: str) -> str:
    """Quote an identifier."""
    return f'"{name}"'


def dispatch(macro: str) -> Callable[..., str]:
    """Give a macro that renders as a call, or as a type where it takes nothing."""

    def rendered(*arguments: object) -> str:
        listed = ", ".join(str(argument) for argument in arguments)
        return f"{macro}({listed})" if arguments else "timestamptz"

    return rendered
