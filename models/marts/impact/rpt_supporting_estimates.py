def model(dbt, session):
    from impact.measures import choose_measures
    from impact.reading import read_months, read_studies, read_sums, read_supported
    from impact.study import read_study
    from impact.tables import make_supporting

    study = read_study(
        dbt.ref("int_data_ends").df(),
        dbt.config.meta_get("confidence"),
        dbt.config.meta_get("follow_up_months"),
        dbt.config.meta_get("plan"),
    )
    material = read_supported(
        dbt.ref("int_index_rows"),
        dbt.ref("int_index_outcomes"),
        dbt.ref("int_matched_rows"),
        dbt.ref("int_mentee_segments"),
    )
    estimates = make_supporting(
        material,
        read_months(dbt.ref("int_months_measured")),
        read_sums(dbt.ref("int_person_measures")),
        dbt.ref("rpt_trust_checks").df(),
        choose_measures(
            dbt.config.meta_get("own_measures"),
            dbt.config.meta_get("publish_performance_rating"),
        ),
        read_studies(dbt.ref("int_study_rows")),
        dbt.ref("int_onboarding_merges").df(),
        study,
    )
    # A frame knows moments only; the column is a day.
    return session.from_df(estimates).project(
        "* replace (cast(decidable_on as date) as decidable_on)"
    )
