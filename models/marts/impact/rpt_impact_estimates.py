def model(dbt, session):
    from impact.study import read_study
    from impact.tables import make_estimates

    study = read_study(
        dbt.ref("int_data_ends").df(),
        dbt.config.meta_get("confidence"),
        dbt.config.meta_get("follow_up_months"),
        dbt.config.meta_get("plan"),
    )
    estimates = make_estimates(
        dbt.ref("fct_impact_fits").df(),
        dbt.ref("rpt_trust_checks").df(),
        dbt.ref("rpt_segment_tests").df(),
        study,
    )
    # A frame knows moments only; the column is a day.
    return session.from_df(estimates).project(
        "* replace (cast(decidable_on as date) as decidable_on)"
    )
