//! The program.

/// Small blocks, quickly: schemas and answers are many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    api::run(modules::all())
}
