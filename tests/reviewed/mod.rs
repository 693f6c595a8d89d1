//! What people review as files: the permission grid, the codes, the schema of every role; a change shows as a diff.

mod schemas;

use platform::{Code, Language};
use policies::{FurtherSet, Policies, PolicySource};
use std::fmt::Write;

fn reviewed(folder: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{}/../{folder}", env!("CARGO_MANIFEST_DIR")));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn declared() -> Vec<policies::Permission> {
    let modules = modules::all();
    let parts = platform::parts().into_iter().chain(modules.iter().map(|module| module.part()));
    let mut permissions: Vec<_> = parts.flat_map(|part| part.permissions).collect();
    permissions.extend([platform::permissions::CLOCK_SET]);
    permissions
}

#[test]
fn the_permission_grid_is_as_reviewed() {
    let policies = Policies::load(&PolicySource::embedded().with(FurtherSet::demo()), &declared());
    let policies = policies.unwrap_or_else(|problems| panic!("{problems:?}"));
    reviewed("policies").bind(|| insta::assert_snapshot!("permission-grid", policies.grid()));
}

#[test]
fn the_codes_are_as_reviewed() {
    let mut table = String::from("| code | English | 中文 |\n|---|---|---|\n");
    for code in Code::ALL {
        let (en, zh) = (code.pattern(Language::En), code.pattern(Language::ZhCn));
        let _ = writeln!(table, "| {} | {en} | {zh} |", code.as_str());
    }
    reviewed("docs").bind(|| insta::assert_snapshot!("codes", table));
}
