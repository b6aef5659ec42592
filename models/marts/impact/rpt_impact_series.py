def model(dbt, session):
    from impact.reading import read_months, read_starts
    from impact.study import read_study
    from impact.tables import make_series

    study = read_study(
        dbt.ref("int_data_ends").df(),
        dbt.config.meta_get("confidence"),
        dbt.config.meta_get("follow_up_months"),
        dbt.config.meta_get("plan"),
    )
    return make_series(
        read_starts(dbt.ref("int_index_rows"), dbt.ref("int_matched_rows")),
        read_months(dbt.ref("int_months_measured")),
        study,
    )
