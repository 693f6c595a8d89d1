//! The repository's files, and Rust source without its comments and strings.

use std::{fs, path::Path};

/// One file: its path from the root with `/`, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The workspace's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// Every text file that is ours, sorted by path.
pub fn files() -> Vec<File> {
    let mut found = Vec::new();
    walk(root(), &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Every Rust file, with comments and the insides of strings blanked; lines stay where they were.
pub fn rust_files() -> Vec<File> {
    let rust = files().into_iter().filter(|file| file.path.ends_with(".rs"));
    rust.map(|file| File { text: code_only(&file.text), path: file.path }).collect()
}

fn walk(folder: &Path, found: &mut Vec<File>) {
    const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", "data"];
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if NOT_OURS.contains(&entry.file_name().to_string_lossy().as_ref()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).expect("a path under the root");
            found.push(File { path: path.to_string_lossy().replace('\\', "/"), text });
        }
    }
}

/// Whether `code` holds `word` with no letter, digit or underscore before or after it.
pub fn has_word(code: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(inside)
            && !code[at + word.len()..].chars().next().is_some_and(inside)
    })
}

fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

// The end of the comment, string or character that begins at `at`; `at` itself if none does.
fn literal_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    let length = match rest {
        ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => until(rest, 2, &['*', '/']),
        ['"', ..] => quoted(rest, 1, '"'),
        ['r', '"' | '#', ..] if !in_word => {
            let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
            if rest.get(1 + hashes) != Some(&'"') {
                return at;
            }
            let mut close = vec!['"'];
            close.resize(1 + hashes, '#');
            until(rest, 2 + hashes, &close)
        }
        // A lifetime has no closing quote two or more characters on.
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted(rest, 1, '\''),
        _ => 0,
    };
    at + length
}

fn until(rest: &[char], from: usize, close: &[char]) -> usize {
    let body = &rest[from..];
    body.windows(close.len()).position(|window| window == close).map_or(rest.len(), |found| from + found + close.len())
}

fn quoted(rest: &[char], from: usize, close: char) -> usize {
    let mut at = from;
    while at < rest.len() && rest[at] != close {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

#[test]
fn code_is_told_from_comments_and_strings() {
    let text = "let a = \"x // y\"; // z\nlet b = 'c'; fn f<'a>() {} r#\"q\"# /* m */ '\\'' end";
    assert_eq!(
        code_only(text).split_whitespace().collect::<Vec<_>>(),
        ["let", "a", "=", ";", "let", "b", "=", ";", "fn", "f<'a>()", "{}", "end"]
    );
    assert!(has_word("use axum::Router", "axum") && !has_word("use axum_extra", "axum"));
}
