//! Start-up.

fn main() -> std::process::ExitCode {
    layerwise::cli::main()
}
