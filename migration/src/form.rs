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
        // Counted out: a function that makes dates would fail instead of answering no.
        DbBackend::Postgres => format!(
            "{column} ~ '^[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND CASE substr({column}, 6, 2) \
             WHEN '02' THEN substr({column}, 9, 2) <= '28' OR substr({column}, 9, 2) = '29' AND (\
             substr({column}, 1, 4) ~ '^([0-9]{{2}}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)$') \
             WHEN '04' THEN substr({column}, 9, 2) <= '30' WHEN '06' THEN substr({column}, 9, 2) <= '30' \
             WHEN '09' THEN substr({column}, 9, 2) <= '30' WHEN '11' THEN substr({column}, 9, 2) <= '30' \
             ELSE true END"
        ),
        // IS, not =: what is no date at all has none, and a check that cannot tell lets pass.
        _ => format!("{column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({column}) IS {column}"),
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
