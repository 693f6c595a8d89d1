//! GraphiQL, served from the program itself: nothing is fetched from elsewhere.

use std::sync::LazyLock;

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

static ASSETS: [Asset; 6] = [
    Asset { name: "", kind: HTML, bytes: include_bytes!("../playground/index.html"), gzip: false },
    packed("app.js", JAVASCRIPT, include_bytes!("../playground/dist/app.js.gz")),
    packed("app.css", CSS, include_bytes!("../playground/dist/app.css.gz")),
    packed("editor.worker.js", JAVASCRIPT, include_bytes!("../playground/dist/editor.worker.js.gz")),
    packed("graphql.worker.js", JAVASCRIPT, include_bytes!("../playground/dist/graphql.worker.js.gz")),
    packed("json.worker.js", JAVASCRIPT, include_bytes!("../playground/dist/json.worker.js.gz")),
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
