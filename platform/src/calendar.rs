//! Periods by the clock rules: the day of the act does not count, the last day ends at 24:00.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use entity::enums::WorkCalendarKind;
use std::collections::BTreeMap;

/// Last day of a period of natural days (自然日) that an act on `day` starts.
pub fn add_natural(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// First day on which a case may go on after a notice posted on `posted` for `days` natural days.
///
/// Weekends and holidays do not move it.
pub fn first_day_after_notice(posted: NaiveDate, days: u64) -> NaiveDate {
    add_natural(add_natural(posted, days), 1)
}

/// The work calendar (工作日历): what public notices say beside the plain week.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, WorkCalendarKind>,
}

impl Calendar {
    /// From holidays and make-up working days of any order.
    pub fn new(days: impl IntoIterator<Item = (NaiveDate, WorkCalendarKind)>) -> Self {
        Self { days: days.into_iter().collect() }
    }

    /// Whether offices work on this day: Monday to Friday unless a holiday, and make-up days.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        match self.days.get(&day) {
            Some(WorkCalendarKind::Holiday) => false,
            Some(WorkCalendarKind::MakeupWorkday) => true,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// Working days of a period: from the day after `from` up to and including `to`.
    pub fn working_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let days = from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| self.is_working(*day)).count();
        i64::try_from(days).unwrap_or(i64::MAX)
    }

    /// Last day of a period of working days (工作日) that an act on `day` starts.
    pub fn add_working(&self, day: NaiveDate, days: u32) -> NaiveDate {
        let mut last = day;
        let mut left = days;
        while left > 0 {
            let Some(next) = last.succ_opt() else { return NaiveDate::MAX };
            last = next;
            if self.is_working(last) {
                left -= 1;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The calendar that ships.
    fn shipped() -> Calendar {
        let rows = include_str!("../../api/data/work-calendar.csv");
        Calendar::new(rows.lines().skip(1).filter(|line| !line.is_empty()).map(|line| {
            let mut cells = line.split(',');
            let on = day(cells.next().unwrap());
            (on, cells.next().unwrap().parse().unwrap())
        }))
    }

    #[test]
    fn working_days_of_at_19() {
        let calendar = shipped();
        assert_eq!(calendar.add_working(day("2018-10-26"), 2), day("2018-10-30"));
        assert_eq!(calendar.add_working(day("2018-10-26"), 10), day("2018-11-09"));
        assert_eq!(calendar.add_working(day("2018-12-27"), 5), day("2019-01-04"));
        assert_eq!(calendar.add_working(day("2019-01-31"), 5), day("2019-02-12"));
    }

    #[test]
    fn back_fill_of_at_24_is_due_on_a_friday() {
        assert_eq!(shipped().add_working(day("2018-12-02"), 10), day("2018-12-14"));
    }

    #[test]
    fn the_days_the_domain_file_names() {
        let calendar = shipped();
        for (from, to) in [("2018-10-01", "2018-10-07"), ("2018-12-30", "2019-01-01"), ("2019-02-04", "2019-02-10")] {
            let days: Vec<_> = day(from).iter_days().take_while(|on| *on <= day(to)).collect();
            assert!(days.iter().all(|on| !calendar.is_working(*on)), "{from}");
            assert!(calendar.is_working(add_natural(day(to), 1)), "{to}");
        }
        for makeup in ["2018-09-29", "2018-09-30", "2018-12-29", "2019-02-02", "2019-02-03"] {
            assert!(calendar.is_working(day(makeup)), "{makeup}");
        }
    }

    #[test]
    fn a_notice_of_at_13_is_over_on_the_eighth_day() {
        assert_eq!(add_natural(day("2018-11-05"), 7), day("2018-11-12"));
        assert_eq!(first_day_after_notice(day("2018-11-05"), 7), day("2018-11-13"));
        // Re-notice of three days; the weekend does not move its end.
        assert_eq!(first_day_after_notice(day("2018-11-15"), 3), day("2018-11-19"));
    }

    #[test]
    fn the_statutory_limit_of_at_01_starts_the_day_after_acceptance() {
        assert_eq!(add_natural(day("2018-10-22"), 30), day("2018-11-21"));
    }

    proptest! {
        #[test]
        fn a_period_holds_exactly_its_working_days(start in 0_u64..600, days in 0_u32..60) {
            let calendar = shipped();
            let from = day("2018-01-01") + Days::new(start);
            let last = calendar.add_working(from, days);
            prop_assert_eq!(calendar.working_between(from, last), i64::from(days));
            prop_assert!(days == 0 || calendar.is_working(last));
        }
    }
}
