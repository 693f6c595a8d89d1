//! Figures, their aims, and how the two stand to each other.

/// One measured figure.
pub struct Figure {
    name: &'static str,
    unit: &'static str,
    value: f64,
    aim: Option<f64>,
}

impl Figure {
    /// A figure; an aim is an upper bound.
    pub fn new(name: &'static str, unit: &'static str, value: f64, aim: Option<f64>) -> Self {
        Self { name, unit, value, aim }
    }
}

/// One line a figure: value, aim, and value over aim.
pub fn print(figures: &[Figure]) {
    println!("{:<40}{:>12}{:>12}{:>8}", "figure", "value", "aim below", "ratio");
    for figure in figures {
        let value = format!("{:.1} {}", figure.value, figure.unit);
        let (aim, ratio) = match figure.aim {
            Some(aim) => (format!("{aim:.0} {}", figure.unit), format!("{:.2}", figure.value / aim)),
            None => (String::new(), String::new()),
        };
        println!("{:<40}{value:>12}{aim:>12}{ratio:>8}", figure.name);
    }
}
