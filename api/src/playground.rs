//! GraphiQL, served from the program itself: nothing is fetched from elsewhere.

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
    /// Whether its name changes with its content.
    pub lasting: bool,
}

/// The file of that name.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

static ASSETS: [Asset; 0] = [];
