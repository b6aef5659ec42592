def model(dbt, session):
    from impact.study import read_study
    from impact.tables import make_segment_tests

    study = read_study(
        dbt.ref("int_data_ends").df(),
        dbt.config.meta_get("confidence"),
        dbt.config.meta_get("follow_up_months"),
        dbt.config.meta_get("plan"),
    )
    return make_segment_tests(dbt.ref("fct_impact_fits").df(), study)
