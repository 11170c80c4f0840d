//! Who made a document, in the words of SPDX.

use super::text::{without_address, without_login};

/// Creators that are kept.
const MAX_CREATORS: usize = 100;
/// Bytes of one that are kept.
const MAX_BYTES: usize = 500;
const TOOL: &str = "Tool:";

/// The line of a tool: SPDX joins name and version by a hyphen.
pub(crate) fn of_tool(name: &str, version: Option<&str>) -> String {
    match version.filter(|version| !version.is_empty()) {
        Some(version) => format!("{TOOL} {name}-{version}"),
        None => format!("{TOOL} {name}"),
    }
}

/// Lines as they go into a row: one for each creator that says anything.
pub(crate) fn lines(stated: impl Iterator<Item = String>) -> Vec<String> {
    let line = |text: String| {
        let text = without_login(without_address(&text)).replace(['\n', '\r'], " ");
        text[..text.floor_char_boundary(MAX_BYTES)].trim().to_owned()
    };
    stated
        .map(line)
        .filter(|line| !line.is_empty())
        .take(MAX_CREATORS)
        .collect()
}

/// Names of the tools among creators, in lower case, without version, in order.
pub(crate) fn tools(creators: &[String]) -> Vec<String> {
    let names = creators.iter().filter_map(|creator| creator.strip_prefix(TOOL));
    let mut tools: Vec<_> = names
        .map(|name| without_version(name.trim()).to_lowercase().replace(',', " "))
        .filter(|name| !name.is_empty())
        .collect();
    tools.sort_unstable();
    tools.dedup();
    tools
}

/// The name in front of `-1.2`, ` v1.2` or `-` and a commit.
fn without_version(name: &str) -> &str {
    let is_version = |rest: &str| {
        let number = rest.strip_prefix(['v', 'V']).unwrap_or(rest);
        let is_commit = rest.len() >= 7 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
        number.starts_with(|first: char| first.is_ascii_digit()) || is_commit || rest.trim().is_empty()
    };
    let mut separators = name.match_indices(['-', ' ', '@']);
    let version = separators.find(|(at, separator)| is_version(&name[at + separator.len()..]));
    version.map_or(name, |(at, _)| name[..at].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_known_by_its_name_without_version() {
        for (creator, expected) in [
            ("Tool: syft-1.6.0", "syft"),
            ("Tool: syft-v0.42.0-bogus", "syft"),
            ("Tool: Syft", "syft"),
            ("Tool: GitHub.com-Dependency-Graph", "github.com-dependency-graph"),
            ("Tool: tern-b8e13d1780cd3a02204226bba3d0772d95da24a0", "tern"),
            ("Tool: scancode-toolkit 30.1.0", "scancode-toolkit"),
            ("Tool: sbom-tool", "sbom-tool"),
            ("Tool: protobom-v0.0.0-20260522202315-1e74d6c58b14+dirty", "protobom"),
            ("Tool: -", ""),
            ("Tool: ", ""),
            ("Organization: syft-1.6.0", ""),
        ] {
            assert_eq!(tools(&[creator.to_owned()]).join(","), expected, "{creator}");
        }
    }
}
