//! Starts the program.

use std::process::ExitCode;

/// Engine and parsers allocate small and often.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Two providers are linked; without a choice the first TLS connection would panic. A second call changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    cli::run::main()
}
