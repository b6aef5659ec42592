"""Whole designs against published data in which the naive answer is known to be wrong."""

import numpy as np
import pandas as pd
import pytest
from causaldata import nhefs_complete
from lifelines.datasets import load_rossi, load_stanford_heart_transplants
from sklearn.linear_model import LogisticRegression

from impact.linear import fit_within_cells
from impact.poisson import fit_counts
from impact.survival import fit_curve, value_at
from impact.weights import att_weights


def heart_patients():
    """One row a patient: days until death or last sight, death, day of transplant."""
    spells = load_stanford_heart_transplants()
    by_patient = spells.groupby("id")
    transplanted = spells[spells["transplant"] == 1].groupby("id")["start"].min()
    return pd.DataFrame(
        {
            "end": by_patient["stop"].max(),
            "died": by_patient["event"].max(),
            "transplanted": transplanted,
        }
    )


def index_rows(patients):
    """Each transplant's day as an index date, against all who then live without one."""
    rows = []
    for cell, (patient, row) in enumerate(patients.dropna(subset=["transplanted"]).iterrows()):
        day = row["transplanted"]
        rows.append((cell, patient, True, row["end"] - day, row["died"]))
        waiting = patients[
            (patients["end"] > day)
            & ~(patients["transplanted"] <= day)
            & (patients.index != patient)
        ]
        own = waiting["transplanted"].notna()
        stop = waiting["transplanted"].fillna(waiting["end"])
        died = np.where(own, 0, waiting["died"])
        rows += zip(
            [cell] * len(waiting),
            waiting.index,
            [False] * len(waiting),
            stop - day,
            died,
            strict=True,
        )
    frame = pd.DataFrame(rows, columns=["cell", "person", "exposed", "time", "died"])
    return frame[frame["time"] > 0]


def rate_ratio(frame, weight, second):
    return fit_counts(
        frame["died"].to_numpy(float),
        frame["time"].to_numpy(float),
        frame["exposed"].to_numpy(bool),
        np.zeros((len(frame), 0)),
        weight,
        frame["person"].to_numpy(np.int64),
        second,
    )


def test_ever_transplanted_shows_the_immortal_time_error():
    patients = heart_patients()
    frame = pd.DataFrame(
        {
            "exposed": patients["transplanted"].notna(),
            "time": np.maximum(patients["end"], 0.5),
            "died": patients["died"],
            "person": patients.index,
        }
    )
    fit = rate_ratio(frame, np.ones(len(frame)), frame["person"].to_numpy(np.int64))
    # About -1.70: transplants look as if they prevented five deaths in six.
    assert fit.estimate == pytest.approx(-1.73, abs=0.1)


def test_index_dates_bring_the_heart_transplants_back_to_no_effect():
    frame = index_rows(heart_patients())
    frame = frame.assign(
        died=frame["died"] * (frame["time"] <= 180), time=frame["time"].clip(upper=180)
    )
    cell = frame["cell"].to_numpy(np.int64)
    exposed = frame["exposed"].to_numpy(bool)
    weight = att_weights(cell, exposed, np.ones(len(frame), dtype=bool))
    fit = rate_ratio(frame, weight, cell)
    # The time-dependent Cox model gives -0.010 (0.314).
    assert abs(fit.estimate - -0.010) < 0.314 / 2
    assert fit.standard_error == pytest.approx(0.314, rel=0.25)
    shares = []
    for arm in (exposed, ~exposed):
        rows = arm & (weight > 0)
        time, died = frame["time"].to_numpy(float)[rows], frame["died"].to_numpy(np.int64)[rows]
        curve = fit_curve(time, died, weight[rows])
        shares.append(value_at(curve, curve.surviving, 1.0, 179.0))
    assert abs(shares[0] - shares[1]) < 0.1


def test_financial_aid_of_rossi_by_weeks_gives_the_cox_coefficient():
    # Rossi, Berk and Lenihan (1980): -0.379 (0.191), by person-weeks with an effect for each week.
    rossi = load_rossi()
    weeks = rossi.loc[rossi.index.repeat(rossi["week"])]
    week = weeks.groupby(level=0).cumcount().to_numpy() + 1
    arrested = ((week == weeks["week"]) & (weeks["arrest"] == 1)).to_numpy(float)
    eventful = np.unique(week[arrested > 0])
    kept = np.isin(week, eventful)
    names = ["age", "race", "wexp", "mar", "paro", "prio"]
    covariates = np.column_stack(
        [weeks[names].to_numpy(float), *((week == one) * 1.0 for one in eventful[1:])]
    )[kept]
    person = weeks.index.to_numpy(np.int64)[kept]
    fit = fit_counts(
        arrested[kept],
        np.ones(int(kept.sum())),
        weeks["fin"].to_numpy()[kept] == 1,
        covariates,
        np.ones(int(kept.sum())),
        person,
        person,
    )
    assert fit.estimate == pytest.approx(-0.379, abs=0.003)
    assert fit.standard_error == pytest.approx(0.191, rel=0.05)


def test_weighting_the_smokers_of_nhefs_gives_3_44_kilograms():
    # Hernán and Robins, "What If", chapter 12: 3.44 (2.41 to 4.47).
    data = nhefs_complete.load_pandas().data
    numbers = data[["age", "wt71", "smokeintensity", "smokeyrs"]].astype(float)
    columns = [numbers, numbers**2]
    columns += [
        pd.get_dummies(data[name].astype(int), prefix=name, drop_first=True).astype(float)
        for name in ("sex", "race", "education", "exercise", "active")
    ]
    x = pd.concat(columns, axis=1).to_numpy()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    quit_smoking = data["qsmk"].to_numpy(int) == 1
    model = LogisticRegression(C=np.inf, max_iter=5000, tol=1e-10).fit(x, quit_smoking)
    chance = model.predict_proba(x)[:, 1]
    weight = np.where(quit_smoking, 1 / chance, 1 / (1 - chance))
    rows = np.arange(len(data))
    fit = fit_within_cells(
        data["wt82_71"].to_numpy(float),
        quit_smoking,
        np.zeros((len(data), 0)),
        weight,
        np.zeros(len(data), dtype=np.int64),
        rows,
        rows,
    )
    assert fit.estimate == pytest.approx(3.44, abs=0.01)
    assert fit.standard_error == pytest.approx((4.47 - 2.41) / 3.92, rel=0.05)
