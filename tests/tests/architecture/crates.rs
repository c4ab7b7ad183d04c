//! What may depend on what, under which licence, linked to what.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;
use tests::repo;

use crate::nothing_breaks;

/// The edges that ARCHITECTURE.md allows between members.
const EDGES: &[(&str, &[&str])] = &[
    ("city", &[]),
    ("sim", &["city"]),
    ("feeds", &["city"]),
    ("datasets", &["city"]),
    ("gis-server", &["city", "sim", "feeds", "datasets"]),
    ("twin", &["city", "sim", "datasets", "feeds"]),
    ("tests", &["city", "sim", "feeds", "datasets", "gis-server", "twin"]),
    ("verification", &["city", "sim", "datasets"]),
    ("benches", &["city", "sim", "feeds", "datasets", "gis-server", "twin"]),
];

/// What must not stand anywhere below a member, with the reason.
const NEVER: &[(&str, &[&str], &str)] = &[
    (
        "city",
        &[
            "tokio",
            "gdal",
            "proj",
            "rusqlite",
            "reqwest",
            "axum",
            "rayon",
            "flatgeobuf",
            "tempfile",
        ],
        "city is values without I/O",
    ),
    (
        "sim",
        &["tokio", "rusqlite", "reqwest", "axum", "serde_json", "bevy_ecs"],
        "kernels are pure",
    ),
    ("gis-server", &["bevy_ecs"], "the server draws nothing"),
    ("twin", &["gis-server", "axum"], "the twin speaks to the server over HTTP only"),
];

/// Licences under which we may link a library into a program that others get.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    // Weak copyleft by file; linking it unchanged asks nothing of us.
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn members_depend_on_each_other_only_as_the_architecture_says() {
    let metadata = repo::metadata();
    let members = members(&metadata);
    let mut offences = Vec::new();
    for package in &members {
        let name = text(package, "name");
        let Some((_, allowed)) = EDGES.iter().find(|(member, _)| *member == name) else {
            offences.push(format!("{name} is not a room that ARCHITECTURE.md knows"));
            continue;
        };
        for dependency in normal_dependencies(package) {
            let is_member = members.iter().any(|member| text(member, "name") == dependency);
            if is_member && !allowed.contains(&dependency) {
                offences.push(format!("{name} → {dependency}"));
            }
        }
    }
    nothing_breaks("allowed edges between crates", offences);
}

#[test]
fn nothing_forbidden_stands_below_a_member() {
    let metadata = repo::metadata();
    let graph = Graph::of(&metadata);
    let mut offences = Vec::new();
    for (member, forbidden, reason) in NEVER {
        let below = graph.below(member);
        let found = forbidden.iter().filter(|name| below.contains(**name));
        offences.extend(found.map(|name| format!("{member} reaches {name}: {reason}")));
    }
    nothing_breaks("forbidden dependencies", offences);
}

#[test]
fn only_datasets_names_gdal_as_a_dependency() {
    let metadata = repo::metadata();
    let offences = members(&metadata)
        .into_iter()
        .filter(|package| text(package, "name") != "datasets")
        .filter(|package| normal_dependencies(package).any(|name| name.starts_with("gdal")))
        .map(|package| text(package, "name").to_owned())
        .collect();
    nothing_breaks("GDAL belongs to the program datasets", offences);
}

#[test]
fn neither_the_server_nor_the_twin_links_gdal() {
    for name in ["gis-server", "twin"] {
        let program = repo::program(name);
        let output = Command::new("ldd").arg(&program).output().expect("ldd runs");
        let libraries = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "ldd {} failed: {libraries}", program.display());
        assert!(!libraries.contains("gdal"), "{name} links GDAL:\n{libraries}");
    }
}

#[test]
fn every_library_is_under_a_permissive_licence() {
    let metadata = repo::metadata();
    let mut offences = Vec::new();
    for package in array(&metadata, "packages") {
        let licence = package["license"].as_str().unwrap_or("");
        let from_file = licence.is_empty() && !package["license_file"].is_null();
        if !is_permissive(licence) && !from_file {
            offences.push(format!(
                "{} {}: {licence:?}",
                text(package, "name"),
                text(package, "version")
            ));
        }
    }
    nothing_breaks("licences of dependencies", offences);
}

#[test]
fn a_licence_expression_passes_when_one_choice_of_it_is_permissive() {
    for (expression, expected) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(Apache-2.0 AND GPL-2.0-only) OR ISC", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-2.0-only", false),
        ("LGPL-2.1-or-later OR MIT", true),
        ("Apache-2.0 WITH LLVM-exception OR MIT", true),
        ("", false),
    ] {
        assert_eq!(is_permissive(expression), expected, "{expression}");
    }
}

#[test]
fn the_lock_file_holds_one_bevy_one_wgpu_and_one_registry() {
    let lock =
        std::fs::read_to_string(repo::root().join("Cargo.lock")).expect("Cargo.lock is there");
    let lock: toml::Table = toml::from_str(&lock).expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("a lock file lists packages");
    let named = |name: &str| packages.iter().filter(|p| p["name"].as_str() == Some(name)).count();
    for name in ["bevy_ecs", "wgpu"] {
        // Two would not know each other's entities and devices.
        assert_eq!(named(name), 1, "versions of {name} in Cargo.lock");
    }
    let sources: BTreeSet<_> = packages.iter().filter_map(|p| p.get("source")?.as_str()).collect();
    let expected = BTreeSet::from(["registry+https://github.com/rust-lang/crates.io-index"]);
    assert_eq!(sources, expected, "every dependency comes from crates.io");
}

#[test]
fn names_of_crates_say_what_they_are() {
    let metadata = repo::metadata();
    let mut offences = Vec::new();
    for package in members(&metadata) {
        let name = text(package, "name");
        if ["core", "common", "base", "util", "utils", "helpers", "misc", "shared"].contains(&name)
        {
            offences.push(format!("{name} says nothing"));
        }
        let manifest = text(package, "manifest_path");
        if !manifest.ends_with(&format!("/{name}/Cargo.toml")) {
            offences.push(format!("{name} does not stand in a folder of its name: {manifest}"));
        }
    }
    nothing_breaks("names of crates", offences);
}

/// Whether an SPDX expression leaves a choice that asks for permissive licences alone.
fn is_permissive(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = tokens.as_slice();
    !tokens.is_empty() && choice(&mut rest) && rest.is_empty()
}

/// `all OR all …`
fn choice(tokens: &mut &[&str]) -> bool {
    let mut is_fine = all(tokens);
    while take(tokens, "OR") {
        is_fine |= all(tokens);
    }
    is_fine
}

/// `licence AND licence …`
fn all(tokens: &mut &[&str]) -> bool {
    let mut is_fine = licence(tokens);
    while take(tokens, "AND") {
        is_fine &= licence(tokens);
    }
    is_fine
}

/// `( choice )`, a name, or `name WITH exception`
fn licence(tokens: &mut &[&str]) -> bool {
    if take(tokens, "(") {
        let is_fine = choice(tokens);
        return take(tokens, ")") && is_fine;
    }
    let Some((name, rest)) = tokens.split_first() else { return false };
    *tokens = rest;
    let mut name = (*name).to_owned();
    if take(tokens, "WITH") {
        let Some((exception, rest)) = tokens.split_first() else { return false };
        *tokens = rest;
        name = format!("{name} WITH {exception}");
    }
    PERMISSIVE.contains(&name.as_str())
}

fn take(tokens: &mut &[&str], word: &str) -> bool {
    let found = tokens.first() == Some(&word);
    if found {
        *tokens = &tokens[1..];
    }
    found
}

/// Packages and what they depend on when built (tests of others left out).
struct Graph<'a> {
    names: BTreeMap<&'a str, &'a str>,
    edges: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    fn of(metadata: &'a Value) -> Self {
        let packages = array(metadata, "packages");
        let names = packages.iter().map(|p| (text(p, "id"), text(p, "name"))).collect();
        let nodes = array(&metadata["resolve"], "nodes");
        let edges = nodes
            .iter()
            .map(|node| {
                let normal = array(node, "deps").iter().filter(|d| is_normal(d));
                (text(node, "id"), normal.map(|d| text(d, "pkg")).collect())
            })
            .collect();
        Self { names, edges }
    }

    /// Names of every package that a package reaches.
    fn below(&self, name: &str) -> BTreeSet<&'a str> {
        let start = self.names.iter().find(|(_, n)| **n == name).map(|(id, _)| *id);
        let mut open: Vec<_> = start.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let next = self.edges.get(id).into_iter().flatten();
            open.extend(next.filter(|id| seen.insert(**id)));
        }
        seen.into_iter().map(|id| self.names[id]).collect()
    }
}

fn is_normal(edge: &Value) -> bool {
    array(edge, "dep_kinds").iter().any(|kind| kind["kind"].is_null())
}

fn members(metadata: &Value) -> Vec<&Value> {
    let ids: BTreeSet<_> =
        array(metadata, "workspace_members").iter().filter_map(Value::as_str).collect();
    array(metadata, "packages").iter().filter(|p| ids.contains(text(p, "id"))).collect()
}

fn normal_dependencies(package: &Value) -> impl Iterator<Item = &str> {
    array(package, "dependencies").iter().filter(|d| d["kind"].is_null()).map(|d| text(d, "name"))
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
