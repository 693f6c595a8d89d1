//! The playground, served from the program itself: nothing is fetched from elsewhere.

use policies::PolicySource;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const DIVISIONS: &str = include_str!("../data/divisions.csv");

/// Marks an answer as a page of the playground.
#[derive(Debug, Clone, Copy)]
pub struct Page;

/// What the page may load and whom it may ask: this server only. The editor writes its own styles.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
     style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One file of the playground.
#[derive(Debug)]
pub struct Asset {
    /// Name below `/playground/`; empty for the page itself.
    pub name: &'static str,
    /// Media type.
    pub kind: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// Whether it is compressed.
    pub gzip: bool,
}

/// The file of that name.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Changes whenever any file does.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let bytes: Vec<u8> = ASSETS.iter().flat_map(|asset| asset.bytes).copied().collect();
        platform::crypto::sha256(&bytes)
    });
    &VERSION
}

/// What roles, units, purposes, programmes and places are called: `{"role": {"VW": {"zh": …, "en": …}}, "place": …}`.
///
/// A code that a further policy set brings is not in it; the page then shows the code.
pub fn names() -> &'static str {
    static NAMES: LazyLock<String> = LazyLock::new(|| {
        let codes = rows(PolicySource::embedded_names());
        let places = rows(DIVISIONS).map(|name: Name| Name { kind: "place".to_owned(), ..name });
        let mut names: Map<String, Value> = Map::new();
        for Name { kind, code, name_zh, name_en } in codes.chain(places) {
            let of_kind = names.entry(kind).or_insert_with(|| Value::Object(Map::new()));
            of_kind[code.as_str()] = json!({ "zh": name_zh, "en": name_en });
        }
        Value::Object(names).to_string()
    });
    &NAMES
}

#[derive(Deserialize)]
struct Name {
    kind: String,
    code: String,
    name_zh: String,
    name_en: String,
}

fn rows(table: &str) -> impl Iterator<Item = Name> {
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    reader.into_deserialize().filter_map(Result::ok).collect::<Vec<Name>>().into_iter()
}

static ASSETS: [Asset; 3] = [
    Asset { name: "", kind: HTML, bytes: include_bytes!("../playground/index.html"), gzip: false },
    packed("app.js", JAVASCRIPT, include_bytes!("../playground/dist/app.js.gz")),
    packed("app.css", CSS, include_bytes!("../playground/dist/app.css.gz")),
];

const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

const fn packed(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { name, kind, bytes, gzip: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_names() {
        let names: Value = serde_json::from_str(names()).unwrap();
        assert_eq!(names["role"]["VW"], json!({ "zh": "村居窗口", "en": "village window clerk" }));
        assert_eq!(names["place"]["500118107200"]["en"], "Qishan Village");
        let lines = |table: &str| table.lines().filter(|line| !line.starts_with('#')).count() - 1;
        let told: usize = names.as_object().unwrap().values().map(|kind| kind.as_object().unwrap().len()).sum();
        assert_eq!(told, lines(PolicySource::embedded_names()) + lines(DIVISIONS));
    }

    #[test]
    fn every_file_the_page_names_is_in_the_program() {
        let page = String::from_utf8_lossy(asset("").unwrap().bytes);
        let named: Vec<&str> = page.split("\"/playground/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(named, ["app.css", "app.js"]);
        for asset in &ASSETS {
            assert_eq!(asset.gzip, asset.bytes.starts_with(&[0x1f, 0x8b]), "{}", asset.name);
        }
        assert!(!page.contains("//"), "nothing comes from elsewhere");
    }
}
