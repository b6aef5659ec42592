def model(dbt, session):
    from impact.reading import read_material, read_pools
    from impact.tables import make_balance

    material = read_material(
        dbt.ref("int_index_rows"),
        dbt.ref("int_index_outcomes"),
        dbt.ref("int_matched_rows"),
        dbt.ref("int_mentee_segments"),
    )
    return make_balance(material, read_pools(dbt.ref("int_pool_rows")))
