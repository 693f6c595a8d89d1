//! `onedoor` itself, built beside the tests so that they can start and kill it.

fn main() -> std::process::ExitCode {
    api::run(modules::all())
}
