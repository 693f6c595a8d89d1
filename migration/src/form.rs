//! The form of values that are kept as text, as each database can check it.

use sea_orm_migration::sea_orm::DbBackend;

/// Six, nine or twelve digits.
pub fn place(column: &str, backend: DbBackend) -> String {
    let digits = match backend {
        DbBackend::Postgres => format!("{column} ~ '^[0-9]+$'"),
        _ => format!("{column} NOT GLOB '*[^0-9]*'"),
    };
    format!("{digits} AND length({column}) IN (6, 9, 12)")
}

/// A day of the calendar, `2018-11-05`.
pub fn day(column: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::Postgres => format!(
            "CASE WHEN {column} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' THEN \
             make_date(left({column}, 4)::int, substr({column}, 6, 2)::int, right({column}, 2)::int) IS NOT NULL \
             ELSE {column} IS NULL END"
        ),
        _ => format!("{column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({column}) = {column}"),
    }
}

/// A month, `2018-11`.
pub fn month(column: &str, backend: DbBackend) -> String {
    let range = format!("substr({column}, 6, 2) BETWEEN '01' AND '12'");
    match backend {
        DbBackend::Postgres => format!("{column} ~ '^[0-9]{{4}}-[0-9]{{2}}$' AND {range}"),
        _ => format!("{column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]' AND {range}"),
    }
}
