-- A comparison person who is mentored already would hide the effect.
with int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
)

select
    int_index_rows.index_row_id,
    int_index_rows.is_mentee,
    int_mentees_indexed.index_date
from int_index_rows
left join int_mentees_indexed
    on int_index_rows.person_key = int_mentees_indexed.person_key
where
    (
        not int_index_rows.is_mentee
        and int_mentees_indexed.index_date < int_index_rows.landmark
    )
    or (
        int_index_rows.is_mentee
        and coalesce(
            int_mentees_indexed.index_date <> int_index_rows.index_date, true
        )
    )
