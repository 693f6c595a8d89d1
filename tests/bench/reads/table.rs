//! What is printed: a line for each read and number of connections.

use super::Cost;
use tests::support::Backend;

/// What the columns are.
pub fn head() {
    println!(
        "{:<10}{:<23}{:>5} |{:>8}{:>8}{:>8}{:>8} |{:>8}{:>8}{:>8}{:>8} |{:>8} |{:>10}{:>10}{:>10}",
        "database",
        "read",
        "conn",
        "plan/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "hand/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "ref/s",
        "plan/hand",
        "CPU p/h",
        "plan/ref"
    );
}

/// One line; the ratios of rates say how many times as much is answered by a plan.
pub fn line(
    backend: Backend,
    name: &str,
    connections: usize,
    planned: &Cost,
    by_hand: &Cost,
    reference: Option<&Cost>,
) {
    let costs = |cost: &Cost| {
        let (p50, p99) = (cost.measured.percentile_ms(50), cost.measured.percentile_ms(99));
        format!("{:>8.0}{p50:>8.2}{p99:>8.2}{:>8.2}", cost.measured.rate(), cost.cpu_ms())
    };
    let over = |other: &Cost| planned.measured.rate() / other.measured.rate();
    let (slow, gain) = reference.map_or_else(Default::default, |reference| {
        (format!("{:.0}", reference.measured.rate()), format!("{:.2}", over(reference)))
    });
    println!(
        "{:<10}{name:<23}{connections:>5} |{} |{} |{slow:>8} |{:>10.2}{:>10.2}{gain:>10}",
        format!("{backend:?}").to_lowercase(),
        costs(planned),
        costs(by_hand),
        over(by_hand),
        planned.cpu_ms() / by_hand.cpu_ms(),
    );
}
