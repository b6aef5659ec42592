def model(dbt, session):
    from impact.reading import read_months, read_supported
    from impact.study import read_study
    from impact.tables import make_checks

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
    return make_checks(
        material,
        dbt.ref("fct_impact_fits").df(),
        dbt.ref("rpt_balance").df(),
        study,
        read_months(dbt.ref("int_months_measured")),
    )
