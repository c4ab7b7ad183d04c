//! The rules of the house, held. When one fails, mend the code; a rule changes only together with
//! ARCHITECTURE.md.

mod crates;
mod files;
mod source;

/// Fails with every offence listed under the rule that they break.
#[track_caller]
fn nothing_breaks(rule: &str, offences: Vec<String>) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}
