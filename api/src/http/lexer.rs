//! Counting the tokens of a document without parsing it: one pass, no memory.

use super::{
    limits::{Exceeded, What},
    settings::Limits,
};

/// Refuses a document with too many tokens or too many brackets open at a time.
///
/// What is no token at all is left to the parser, which says where.
pub(super) fn check(document: &str, limits: &Limits) -> Result<(), Exceeded> {
    let bytes = document.as_bytes();
    if bytes.len() > limits.document_bytes {
        return Err(Exceeded::new(What::Bytes, limits.document_bytes));
    }
    let (mut at, mut tokens, mut open) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let length = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += line(&bytes[at..]);
                continue;
            }
            b'"' => string(&bytes[at..]),
            b'.' => run(&bytes[at..], |byte| byte == b'.').min(3),
            b'(' | b'[' | b'{' => {
                open += 1;
                1
            }
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                1
            }
            _ if byte == b'-' || byte.is_ascii_digit() => run(&bytes[at..], number),
            _ if word(byte) => run(&bytes[at..], word),
            _ => 1,
        };
        at += length;
        tokens += 1;
        if tokens > limits.tokens {
            return Err(Exceeded::new(What::Tokens, limits.tokens));
        }
        if open > limits.nesting {
            return Err(Exceeded::new(What::Nesting, limits.nesting));
        }
    }
    Ok(())
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

fn run(bytes: &[u8], inside: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| inside(**byte)).count()
}

fn line(bytes: &[u8]) -> usize {
    run(bytes, |byte| byte != b'\n' && byte != b'\r')
}

/// Length of the string or block string at the beginning.
fn string(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\"\"\"") {
        let mut at = 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return bytes.len();
    }
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(document: &str) -> usize {
        (0..1000).find(|tokens| check(document, &Limits { tokens: *tokens, ..Limits::default() }).is_ok()).unwrap()
    }

    #[test]
    fn tokens_are_counted_as_the_specification_lexes_them() {
        assert_eq!(tokens(""), 0);
        assert_eq!(tokens("{ a, b # c d e\n }"), 4);
        assert_eq!(tokens("query Q($a: Int! = -12.5e3) { ...F @skip(if: $a) }"), 23);
        assert_eq!(tokens(r#"{ a(b: "x { y \" z", c: """ q " \""" r """) }"#), 11);
        assert_eq!(tokens("\"unfinished { { {"), 1);
        assert_eq!(tokens("\"\"\"unfinished { { {"), 1);
        assert_eq!(tokens("\"\\"), 1);
    }

    #[test]
    fn brackets_inside_strings_and_comments_do_not_nest() {
        let limits = Limits { nesting: 2, ..Limits::default() };
        assert!(check("{ a(b: \"((((\") } # {{{{", &limits).is_ok());
        assert!(check("{ a(b: [1]) }", &limits).is_err());
        assert!(check(&"{".repeat(100_000), &Limits { document_bytes: 200_000, tokens: 200_000, ..limits }).is_err());
    }
}
