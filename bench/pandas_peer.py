"""The peer to beat: the four headline outcomes from the same files in straightforward pandas.

What an analyst would write in a day: read the exports, join people by login and e-mail, match
mentored engineers to not-yet-mentored ones in the same month, level, tenure band and
organisation, and compare. It has the design's matching but none of its checks, intervals,
quarantine, privacy or incremental loading. Run as a process of its own by `bench/refresh.py`:

    python bench/pandas_peer.py EXPORTS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

FOLLOW_UP = {"flow": 6, "state": 12}


def find(exports: Path, folder: str, stem: str) -> str:
    """Return the one file of `folder` whose name begins with `stem`."""
    return str(min((exports / folder).glob(f"{stem}*")))


def read_people(exports: Path) -> tuple[pd.DataFrame, dict[str, str], pd.DataFrame]:
    """Return employees, a map from login or e-mail to employee, and the job history."""
    employees = pd.read_csv(find(exports, "hris", "employees"), dtype=str)
    for column in ("hire_date", "termination_date"):
        employees[column] = pd.to_datetime(employees[column], errors="coerce")
    links = pd.read_csv(find(exports, "hris", "identities"), dtype=str)
    who = dict(zip(links["value"].str.lower(), links["employee_id"], strict=True))
    who |= dict(zip(employees["email"].str.lower(), employees["employee_id"], strict=True))
    jobs = pd.read_csv(find(exports, "hris", "job_history"), dtype=str)
    jobs["effective_date"] = pd.to_datetime(jobs["effective_date"])
    jobs["rank"] = jobs["level"].str.extract(r"(\d+)$")[0].astype(float)
    return employees, who, jobs.sort_values(["employee_id", "effective_date"])


def read_pull_requests(exports: Path, who: dict[str, str]) -> pd.DataFrame:
    """Return merged human pull requests: employee, month opened, log hours to merge."""
    frames = []
    for path in sorted((exports / "git").iterdir()):
        raw = pd.read_json(path)
        raw["login"] = [
            a["login"].lower() if a and not a.get("is_bot") else None for a in raw["author"]
        ]
        frames.append(raw[["url", "login", "createdAt", "mergedAt"]])
    prs = pd.concat(frames).drop_duplicates("url", keep="last").dropna(subset=["login", "mergedAt"])
    opened, merged = pd.to_datetime(prs["createdAt"]), pd.to_datetime(prs["mergedAt"])
    hours = ((merged - opened).dt.total_seconds() / 3600).clip(lower=1 / 60)
    month = opened.dt.tz_localize(None).dt.to_period("M")
    return pd.DataFrame(
        {"employee_id": prs["login"].map(who), "month": month, "log_hours": np.log(hours)}
    ).dropna()


def read_incidents(exports: Path, who: dict[str, str]) -> pd.DataFrame:
    """Return one row an incident: its primary responder (first acknowledger) and month."""
    users: dict[str, str] = {}
    rows = []
    for path in sorted((exports / "incidents").glob("*.json*")):
        body = pd.io.common.get_handle(path, "r", compression="infer").handle.read()
        pages = json.loads(body)
        for page in pages if isinstance(pages, list) else [pages]:
            users |= {u["id"]: u["email"].lower() for u in page.get("users", [])}
            for incident in page.get("incidents", []):
                acks = [e for e in incident.get("log_entries", []) if e["type"].startswith("ack")]
                if acks:
                    first = min(acks, key=lambda entry: entry["created_at"])
                    rows.append((first["agent"]["id"], incident["created_at"]))
    frame = pd.DataFrame(rows, columns=["user", "at"])
    month = pd.to_datetime(frame["at"]).dt.tz_localize(None).dt.to_period("M")
    return pd.DataFrame({"employee_id": frame["user"].map(users).map(who), "month": month}).dropna()


def monthly_state(
    employees: pd.DataFrame, jobs: pd.DataFrame, months: pd.PeriodIndex
) -> pd.DataFrame:
    """Return a row per employee and month with level, organisation and tenure band."""
    grid = employees.merge(pd.DataFrame({"month": months}), how="cross")
    grid["start"] = grid["month"].dt.to_timestamp()
    grid = grid[(grid["hire_date"] < grid["start"])]
    grid = grid[grid["termination_date"].isna() | (grid["termination_date"] >= grid["start"])]
    grid = pd.merge_asof(
        grid.sort_values("start"),
        jobs[["employee_id", "effective_date", "rank", "org"]].sort_values("effective_date"),
        left_on="start",
        right_on="effective_date",
        by="employee_id",
    )
    tenure = (grid["start"] - grid["hire_date"]).dt.days / 30.44
    grid["tenure_band"] = pd.cut(tenure, [3, 6, 12, 24, 60, np.inf], labels=False)
    return grid.dropna(subset=["tenure_band"])


def windowed(values: pd.DataFrame, pairs: pd.DataFrame, low: int, high: int) -> pd.DataFrame:
    """Sum monthly `values` over months low..high after each pair's index month."""
    joined = pairs.merge(values, on="employee_id", suffixes=("", "_v"))
    offset = (joined["month_v"] - joined["month"]).map(lambda delta: delta.n)
    window = joined[(offset >= low) & (offset <= high)]
    return window.groupby(["employee_id", "month"], as_index=False)[["total", "count"]].sum()


def weighted_gap(cohort: pd.DataFrame, outcome: str) -> float:
    """Return mentored minus comparison mean of `outcome`, cells weighted by their mentored."""
    held = cohort.dropna(subset=[outcome])
    cells = held.groupby(["cell", "mentored"])[outcome].agg(["mean", "size"]).unstack()
    cells = cells.dropna()
    gap = cells[("mean", True)] - cells[("mean", False)]
    return float(np.average(gap, weights=cells[("size", True)])) if len(cells) else float("nan")


def main(exports: Path) -> dict[str, float]:
    """Compute the four outcomes and return them by name."""
    employees, who, jobs = read_people(exports)
    prs, incidents = read_pull_requests(exports, who), read_incidents(exports, who)
    pairs = pd.read_csv(find(exports, "mentorship", "mentorships"), dtype=str)
    begun = pairs[pairs["status"].isin(["active", "completed", "ended_early"])]
    mentee = begun["mentee"].str.lower().map(who).fillna(begun["mentee"])
    starts = pd.to_datetime(begun["start_date"]).groupby(mentee).min().dt.to_period("M")
    months = pd.period_range(prs["month"].min() + 12, prs["month"].max(), freq="M")
    cohort = monthly_state(employees, jobs, months)
    own_start = cohort["employee_id"].map(starts)
    cohort = cohort[own_start.isna() | (own_start >= cohort["month"])]
    cohort["mentored"] = cohort["employee_id"].map(starts) == cohort["month"]
    key = ["month", "rank", "tenure_band", "org"]
    cohort["cell"] = cohort.groupby(key, dropna=False).ngroup()
    cohort = cohort[cohort.groupby("cell")["mentored"].transform("nunique") == 2]
    flow = (
        prs.groupby(["employee_id", "month"])["log_hours"]
        .agg(total="sum", count="size")
        .reset_index()
    )
    pages = (
        incidents.groupby(["employee_id", "month"]).size().reset_index(name="total").assign(count=1)
    )
    for name, values in (("hours", flow), ("pages", pages)):
        for label, low, high in (("post", 1, FOLLOW_UP["flow"]), ("base", -12, -4)):
            sums = windowed(values, cohort[["employee_id", "month"]], low, high)
            column = sums["total"] / (sums["count"] if name == "hours" else 1)
            merged = cohort.merge(sums.assign(v=column), on=["employee_id", "month"], how="left")[
                "v"
            ]
            cohort[f"{name}_{label}"] = merged.to_numpy()
    cohort["change"] = cohort["hours_post"] - cohort["hours_base"]
    cohort["pages_post"] = cohort["pages_post"].fillna(0)
    horizon = cohort["start"] + pd.DateOffset(months=FOLLOW_UP["state"] + 1)
    observed = horizon <= prs["month"].max().to_timestamp()
    stayed = cohort["termination_date"].isna() | (cohort["termination_date"] >= horizon)
    cohort["stayed"] = stayed.where(observed).astype(float)
    first_rise = jobs[jobs.groupby("employee_id")["rank"].diff() > 0]
    risen = cohort.merge(
        first_rise[["employee_id", "effective_date"]], on="employee_id", how="left"
    )
    within = (risen["effective_date_y"] > risen["start"]) & (
        risen["effective_date_y"] <= risen["start"] + pd.DateOffset(months=13)
    )
    promoted = within.groupby([risen["employee_id"], risen["month"]]).any()
    index = pd.MultiIndex.from_frame(cohort[["employee_id", "month"]])
    cohort["promoted"] = (
        pd.Series(promoted.reindex(index).to_numpy(), cohort.index).where(observed).astype(float)
    )
    return {
        "pr_cycle_time_ratio": float(np.exp(weighted_gap(cohort, "change"))),
        "incidents_per_half_year_difference": weighted_gap(cohort, "pages_post"),
        "promotion_difference": weighted_gap(cohort, "promoted"),
        "retention_difference": weighted_gap(cohort, "stayed"),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=2))
