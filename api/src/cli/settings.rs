//! Settings of a server: a file, then the environment (`ONEDOOR_…`); what is unsafe does not start.

use super::loading::Loading;
use crate::{gateway, http::HttpSettings, identity::IdentitySettings};
use anyhow::{Context, Result, ensure};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use platform::{Language, module::Module};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where settings are looked for when no file is named.
const FILE: &str = "onedoor.toml";
/// Names taken from the environment, as `ONEDOOR_KEYS` or `ONEDOOR_IDENTITY__ISSUER`.
const NAMES: &[&str] = &[
    "database",
    "listen",
    "keys",
    "policies",
    "sets",
    "modules",
    "identity",
    "http",
    "language",
    "snapshots",
    "budget",
    "development",
];

/// What a server goes by.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Database by URL.
    pub database: Option<String>,
    /// Address and port.
    pub listen: Option<String>,
    /// File of keys; `onedoor keys` makes one.
    pub keys: Option<PathBuf>,
    /// Directory of policies; the embedded baseline when left out.
    pub policies: Option<PathBuf>,
    /// Directories of further policy sets, such as an outside module's; each is called what its directory is called.
    pub sets: Vec<PathBuf>,
    /// Codes of the modules to load; empty: every one whose programme is named by a policy set.
    pub modules: Vec<String>,
    /// Whose tokens are believed.
    pub identity: IdentitySettings,
    /// How requests are served.
    pub http: HttpSettings,
    /// Language of messages when a request names none: `en` or `zh-CN`.
    pub language: String,
    /// Most schema snapshots kept.
    pub snapshots: usize,
    /// Cost an operation may have.
    pub budget: u64,
    /// Whether answers tell in `extensions` how they came about: for who develops a front end, on their own machine.
    pub development: bool,
    /// The way of queries; no setting names it.
    #[serde(skip)]
    pub way: gateway::Way,
    /// What is built in.
    #[serde(skip)]
    pub built_in: BuiltIn,
}

/// The modules of the program itself; no setting names code.
#[derive(Clone, Default)]
pub struct BuiltIn(Vec<Arc<dyn Module>>);

impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} modules", self.0.len())
    }
}

impl Default for Settings {
    fn default() -> Self {
        let gateway = gateway::Options::default();
        Self {
            database: None,
            listen: None,
            keys: None,
            policies: None,
            sets: Vec::new(),
            modules: Vec::new(),
            identity: IdentitySettings::default(),
            http: HttpSettings::default(),
            language: "en".to_owned(),
            snapshots: gateway.snapshots,
            budget: gateway.budget,
            development: gateway.development,
            way: gateway.way,
            built_in: BuiltIn::default(),
        }
    }
}

impl Settings {
    /// Reads the named file (it must exist), or `onedoor.toml` if there is one, then the environment.
    ///
    /// What the command line says of loading comes before both.
    pub fn load(file: Option<&Path>, loading: &Loading) -> Result<Self> {
        if let Some(file) = file {
            ensure!(file.is_file(), "the settings file {} is not there", file.display());
        }
        let figment = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file.unwrap_or(Path::new(FILE))))
            .merge(Env::prefixed("ONEDOOR_").filter(named).split("__"));
        let mut settings: Self = figment.extract().context("the settings cannot be read")?;
        settings.built_in = BuiltIn(loading.built_in.clone());
        if !loading.sets.is_empty() {
            settings.sets.clone_from(&loading.sets);
        }
        if !loading.only.is_empty() {
            settings.modules.clone_from(&loading.only);
        }
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<()> {
        self.identity.check()?;
        ensure!(matches!(self.language.as_str(), "en" | "zh-CN"), "setting language must be en or zh-CN");
        ensure!((1..=256).contains(&self.snapshots), "setting snapshots must be 1 to 256");
        ensure!(self.budget > 0, "setting budget must be more than 0");
        ensure!(
            !(self.development && self.http.behind_tls),
            "setting development shows statements to whoever asks: it is for 127.0.0.1 only, not behind_tls"
        );
        Ok(())
    }

    /// What loads.
    pub fn loading(&self) -> Loading {
        Loading { built_in: self.built_in.0.clone(), only: self.modules.clone(), sets: self.sets.clone() }
    }

    /// The language of messages when a request names none.
    pub fn language(&self) -> Language {
        if self.language == "zh-CN" { Language::ZhCn } else { Language::En }
    }

    /// What the gateway goes by.
    pub fn gateway(&self) -> gateway::Options {
        let Self { snapshots, budget, way, development, .. } = *self;
        gateway::Options { snapshots, budget, way, development, ..gateway::Options::default() }
    }
}

/// Whether a name of the environment is a setting; others share the prefix, such as `ONEDOOR_LOG`.
fn named(name: &figment::value::UncasedStr) -> bool {
    let first = name.as_str().split("__").next().unwrap_or_default();
    NAMES.iter().any(|known| first.eq_ignore_ascii_case(known))
}
