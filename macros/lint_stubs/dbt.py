"""Stands in for dbt's cross-database macros while SQLFluff reads the models."""


def date_trunc(part: str, moment: str) -> str:
    """Give DuckDB's spelling."""
    return f"date_trunc('{part}', {moment})"


def dateadd(part: str, number: str, day: str) -> str:
    """Give DuckDB's spelling."""
    return f"({day} + {number} * interval '1 {part}')"


def datediff(first_day: str, second_day: str, part: str) -> str:
    """Give DuckDB's spelling."""
    return f"date_diff('{part}', {first_day}, {second_day})"


def type_string() -> str:
    """Give DuckDB's spelling."""
    return "varchar"


def escape_single_quotes(text: str) -> str:
    """Double the quotes."""
    return text.replace("'", "''")
