//! Plain tables on a terminal; Chinese characters take two columns.

/// Rows under a header, columns aligned.
pub(super) fn render(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|name| width(name)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = line(header.iter().copied(), &widths);
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str), &widths));
    }
    text
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, widest) in cells.zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', widest + 2 - width(cell)));
    }
    format!("{}\n", line.trim_end())
}

fn width(text: &str) -> usize {
    text.chars().map(|character| if u32::from(character) >= 0x1100 { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["vw".to_owned(), "旗山村".to_owned(), "1".to_owned()],
            vec!["tu_social".into(), "镇".into(), "2".into()],
        ];
        assert_eq!(
            super::render(&["user", "place", "n"], &rows),
            "user       place   n\nvw         旗山村  1\ntu_social  镇      2\n"
        );
    }
}
