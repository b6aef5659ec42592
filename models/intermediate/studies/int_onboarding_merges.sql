with int_study_rows as (
    select * from {{ ref('int_study_rows') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

new_hires as (
    select distinct
        person_id,
        spell_number
    from int_study_rows
    where study = 'onboarding'
),

logins as (
    select
        new_hires.person_id,
        new_hires.spell_number,
        int_employment_spells.starts_on,
        int_identities_linked.identifier_key
    from new_hires
    inner join int_employment_spells
        on
            new_hires.person_id = int_employment_spells.person_id
            and new_hires.spell_number = int_employment_spells.spell_number
    inner join int_identities_linked
        on int_employment_spells.person_key = int_identities_linked.person_key
),

numbered as (
    select
        logins.person_id,
        logins.spell_number,
        {{ utc_date('int_pull_requests_timed.merged_at') }} as merged_on,
        row_number() over (
            partition by logins.person_id, logins.spell_number
            order by int_pull_requests_timed.merged_at
        ) as place
    from logins
    inner join int_pull_requests_timed
        on logins.identifier_key = int_pull_requests_timed.author_key
    where
        int_pull_requests_timed.merged_at is not null
        and not int_pull_requests_timed.author_is_bot
        and {{ utc_date('int_pull_requests_timed.merged_at') }} >= logins.starts_on
),

reached as (
    select
        person_id,
        spell_number,
        min(case when place = 1 then merged_on end) as first_merged_on,
        min(case when place = 10 then merged_on end) as tenth_merged_on
    from numbered
    where place in (1, 10)
    group by 1, 2
)

-- Times from the landmark of each row; below zero where reached before it.
select
    int_study_rows.index_row_id,
    {{ months_between_dates('int_study_rows.landmark', 'reached.first_merged_on') }}
        as first_merge_time,
    {{ months_between_dates('int_study_rows.landmark', 'reached.tenth_merged_on') }}
        as tenth_merge_time,
    {{ months_between_dates('int_study_rows.landmark', 'int_data_ends.git_end') }}
        as git_time
from int_study_rows
cross join int_data_ends
left join reached
    on
        int_study_rows.person_id = reached.person_id
        and int_study_rows.spell_number = reached.spell_number
where int_study_rows.study = 'onboarding'
