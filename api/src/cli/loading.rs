//! What loads: the modules that are built in, less those the operator leaves out, beside the policy sets named.
//!
//! **Invariant:** a module loads only if a set that the operator named knows its programme; without one it is not there.

use super::store::Kind;
use anyhow::{Context, Result, anyhow, bail, ensure};
use platform::{
    module::{
        Module,
        contained::Contained,
        loading::{missing_values, problems},
    },
    part::Part,
};
use policies::{FurtherSet, Permission, Policies, PolicySource, Problem};
use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What the program is built of, and what of it the operator lets load.
#[derive(Clone)]
pub struct Loading {
    /// Every module that is built in.
    pub built_in: Vec<Arc<dyn Module>>,
    /// Codes of the modules to load; empty: each whose programme is named by a policy set.
    pub only: Vec<String>,
    /// Directories of further policy sets; a set is called what its directory is called.
    pub sets: Vec<PathBuf>,
}

impl Default for Loading {
    fn default() -> Self {
        Self::of(modules::all())
    }
}

impl fmt::Debug for Loading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let built_in: Vec<_> = self.built_in.iter().map(|module| module.manifest().code).collect();
        f.debug_struct("Loading")
            .field("built_in", &built_in)
            .field("only", &self.only)
            .field("sets", &self.sets)
            .finish()
    }
}

/// What is loaded: sound policies, and the modules they let in, each behind its wall.
pub(super) struct Loaded {
    pub(super) policies: Policies,
    pub(super) modules: Vec<Arc<dyn Module>>,
}

/// Why the policies or the modules are refused.
pub(super) enum Refused {
    /// Rows that are not sound.
    Policies(Vec<Problem>),
    /// Modules that ask for what they may not.
    Modules(Vec<String>),
}

impl Refused {
    /// Every reason, each one line.
    pub(super) fn reasons(&self) -> Vec<String> {
        match self {
            Self::Policies(problems) => problems.iter().map(ToString::to_string).collect(),
            Self::Modules(problems) => problems.clone(),
        }
    }

    /// Every reason, a row's with its place.
    pub(super) fn as_json(&self) -> serde_json::Value {
        match self {
            Self::Policies(problems) => serde_json::json!(problems),
            Self::Modules(problems) => problems.iter().map(|reason| serde_json::json!({ "reason": reason })).collect(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Policies(problems) => problems.len(),
            Self::Modules(problems) => problems.len(),
        }
    }

    /// One line, with the first few reasons.
    pub(super) fn told(&self) -> anyhow::Error {
        let what = if matches!(self, Self::Policies(_)) { "policies" } else { "modules" };
        let first: Vec<_> = self.reasons().into_iter().take(5).collect();
        anyhow!("the {what} are refused ({} problems): {}", self.count(), first.join("; "))
    }
}

impl Loading {
    /// All of these modules, beside the baseline alone.
    pub fn of(built_in: Vec<Arc<dyn Module>>) -> Self {
        Self { built_in, only: Vec::new(), sets: Vec::new() }
    }

    /// Reads, checks and loads; `policies` is a directory that stands for the embedded baseline.
    pub(super) fn load(&self, policies: Option<&Path>, kind: Kind) -> Result<Result<Loaded, Refused>> {
        let source = self.source(policies, kind)?;
        let programmes = source.programmes();
        let known = |module: &Arc<dyn Module>| programmes.iter().any(|code| code == module.manifest().programme);
        let (known, unknown): (Vec<_>, Vec<_>) = self.built_in.iter().cloned().partition(known);
        let chosen = self.chosen(&known, &unknown)?;
        let flows = flows(kind);
        let policies = match Policies::load(&source, &declared(&flows, &known)) {
            Ok(policies) => policies,
            Err(problems) => return Ok(Err(Refused::Policies(problems))),
        };
        let mut wrong = problems(&chosen, &flows, &policies);
        let keys = super::seed::parameter_keys(&policies)?;
        wrong.extend(missing_values(&chosen, &policies, &|key| keys.contains(key)));
        if !wrong.is_empty() {
            return Ok(Err(Refused::Modules(wrong)));
        }
        let modules = chosen.into_iter().map(|module| Arc::new(Contained::new(module)) as Arc<dyn Module>).collect();
        Ok(Ok(Loaded { policies, modules }))
    }

    fn source(&self, policies: Option<&Path>, kind: Kind) -> Result<PolicySource> {
        let mut source = match policies {
            Some(dir) => PolicySource::directory(dir)
                .map_err(|error| anyhow!("the policies in {} cannot be read: {error}", dir.display()))?,
            None => PolicySource::embedded(),
        };
        if kind == Kind::Demo {
            source = source.with(FurtherSet::demo());
        }
        for dir in &self.sets {
            let name = dir.file_name().and_then(|name| name.to_str());
            let name = name.with_context(|| format!("the policy set {} has no name", dir.display()))?;
            ensure!(dir.is_dir(), "the policy set {} is not there", dir.display());
            let set = FurtherSet::directory(name, dir)
                .map_err(|error| anyhow!("the policy set {name} cannot be read: {error}"))?;
            source = source.with(set);
        }
        Ok(source)
    }

    /// The modules to load, of those whose programmes are known.
    fn chosen(&self, known: &[Arc<dyn Module>], unknown: &[Arc<dyn Module>]) -> Result<Vec<Arc<dyn Module>>> {
        if self.only.is_empty() {
            for manifest in unknown.iter().map(|module| module.manifest()) {
                let (code, programme) = (manifest.code, manifest.programme);
                tracing::warn!("module {code} does not load: no policy set names its programme {programme}");
            }
            return Ok(known.to_vec());
        }
        let find = |code: &String| {
            let named = |module: &&Arc<dyn Module>| module.manifest().code == code;
            if let Some(module) = known.iter().find(named) {
                return Ok(Arc::clone(module));
            }
            if let Some(module) = unknown.iter().find(named) {
                let programme = module.manifest().programme;
                bail!("module {code} is to load, but no policy set names its programme {programme}: name its set, too");
            }
            let codes: Vec<_> = self.built_in.iter().map(|module| module.manifest().code).collect();
            bail!("module {code} is to load, but this program has only {}", codes.join(", "))
        };
        self.only.iter().map(find).collect()
    }
}

/// The parts of the shared flows.
pub(super) fn flows(kind: Kind) -> Vec<Part> {
    let mut parts = platform::parts();
    if kind == Kind::Demo {
        parts.push(platform::clock::part());
    }
    parts
}

/// Every permission the flows and the built-in modules declare, once; what clashes is found by the checks.
fn declared(flows: &[Part], modules: &[Arc<dyn Module>]) -> Vec<Permission> {
    let mut seen = BTreeSet::new();
    let own = modules.iter().flat_map(|module| module.part().permissions);
    flows.iter().flat_map(|part| part.permissions.clone()).chain(own).filter(|one| seen.insert(one.name)).collect()
}
