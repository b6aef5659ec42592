def model(dbt, session):
    from impact.reading import read_at_look
    from impact.study import read_study
    from impact.tables import make_estimates

    ends = dbt.ref("int_data_ends").df()
    study = read_study(
        ends,
        dbt.config.meta_get("confidence"),
        dbt.config.meta_get("follow_up_months"),
        dbt.config.meta_get("plan"),
    )
    estimates = make_estimates(
        dbt.ref("fct_impact_fits").df(),
        dbt.ref("rpt_trust_checks").df(),
        dbt.ref("rpt_segment_tests").df(),
        study,
        # Between planned looks verdicts are those of the data as of the last one.
        read_at_look(
            dbt.ref("int_index_rows"),
            dbt.ref("int_index_outcomes"),
            dbt.ref("int_months_measured"),
            dbt.ref("int_dated_outcomes"),
            dbt.ref("int_mentee_segments"),
            dbt.ref("int_pool_rows"),
            ends,
            study,
        ),
    )
    # A frame knows moments only; the column is a day.
    return session.from_df(estimates).project(
        "* replace (cast(decidable_on as date) as decidable_on)"
    )
