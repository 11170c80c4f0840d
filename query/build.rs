//! Embeds `sql/`: every file becomes a line of a table in the program. And names the code that computes answers, so that
//! answers that other code computed are told apart.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script by the environment")]
fn main() -> std::io::Result<()> {
    let manifest = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = manifest.join("../sql").canonicalize()?;
    // Relative: a target directory may serve several clones.
    println!("cargo::rerun-if-changed=../sql");
    let mut files = Vec::new();
    gather(&root, &["sql", "toml"], &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let shown = file.strip_prefix(&root).unwrap_or(file).display().to_string();
        // The text itself, not its path: the table outlives the clone that wrote it.
        let text = std::fs::read_to_string(file)?;
        let _ = writeln!(table, "    ({shown:?}, {text:?}),");
    }
    table.push_str("]\n");
    let mut hasher = DefaultHasher::new();
    for folder in ["src", "../domain/src", "../lake/src/tables"] {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        gather(&manifest.join(folder), &["rs"], &mut files)?;
        files.sort();
        for file in &files {
            std::fs::read(file)?.hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=PLUMBLINE_CODE={:016x}", hasher.finish());
    let output = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    std::fs::write(output.join("catalog.rs"), table)
}

fn gather(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, endings, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| endings.iter().any(|ending| extension == *ending))
        {
            files.push(path);
        }
    }
    Ok(())
}
