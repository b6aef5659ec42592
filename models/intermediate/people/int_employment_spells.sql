with int_employments_numbered as (
    select * from {{ ref('int_employments_numbered') }}
),

spells as (
    select
        person_key,
        spell_number,
        min(hired_on) as starts_on,
        case
            when count(ends_on) = count(*) then max(ends_on)
        end as ends_on
    from int_employments_numbered
    group by 1, 2
),

-- The latest employment of a spell describes it.
ordered as (
    select
        *,
        row_number() over (
            partition by person_key, spell_number
            order by
                hired_on desc,
                source_file_id desc,
                source_row desc
        ) as latest_first
    from int_employments_numbered
),

first_employments as (
    select
        *,
        row_number() over (
            partition by person_key
            order by hired_on, source_file_id, source_row
        ) as earliest_first
    from int_employments_numbered
),

-- Numbers follow the hire date and the place in the export, never the hash: no figure
-- may depend on the key.
numbered as (
    select
        person_key,
        cast(
            row_number() over (
                order by hired_on, source_file_id, source_row
            ) as integer
        ) as person_id
    from first_employments
    where earliest_first = 1
)

select
    spells.person_key,
    spells.spell_number,
    numbered.person_id,
    spells.starts_on,
    spells.ends_on,
    -- Leaving takes effect the day after the last one.
    {{ add_days('spells.ends_on', 1) }} as left_on,
    case when spells.ends_on is not null then ordered.leave_type end as leave_type,
    case
        when spells.ends_on is not null then ordered.is_regrettable
    end as is_regrettable,
    ordered.location,
    ordered.gender,
    ordered.birth_year
from spells
inner join ordered
    on
        spells.person_key = ordered.person_key
        and spells.spell_number = ordered.spell_number
        and ordered.latest_first = 1
inner join numbered
    on spells.person_key = numbered.person_key
