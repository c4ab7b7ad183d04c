//! SWMM 5 run here and now, by pyswmm: its reports beside those of the reference data, its peaks and its
//! time beside ours.

#[path = "../peers/program.rs"]
mod program;

use std::{fs, path::Path};

use crate::{REACHED, TOLERANCE, differences, folder, model, models, report::Report, run};

/// A model of this long is not waited for, s: the longest takes 30 s of a processor's time.
const LONGEST_S: &str = "400";

/// A report less the lines that tell when it was made, how long that took and on how many threads.
fn lines(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let is_of_the_run = |line: &&str| {
        let run = ["Analysis begun on", "Analysis ended on", "Total elapsed", "Number of Threads"];
        run.iter().any(|start| line.trim_start().starts_with(start))
    };
    let text = String::from_utf8_lossy(&bytes);
    let kept = text.lines().filter(|line| !is_of_the_run(line));
    kept.map(|line| line.trim_end().to_owned()).collect()
}

/// A model's time on the processor, s, as pyswmm ran it; none where it did not.
fn seconds(answer: &str, name: &str) -> Option<f64> {
    let row = |line: &str| line.strip_prefix(name)?.strip_prefix(',')?.parse::<f64>().ok();
    answer.lines().find_map(row).filter(|seconds| seconds.is_finite())
}

#[test]
fn swmm_run_here_reports_what_the_reference_data_hold_and_our_drains_reach() {
    let Some(root) = folder() else { return };
    let is_full = std::env::var("DOTHI_VERIFICATION").is_ok_and(|form| form == "full");
    // All with a report take some three minutes.
    let names = if is_full {
        models(&root)
    } else {
        REACHED.iter().map(|name| (*name).to_owned()).collect()
    };
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("swmm");
    let paths = [&root, into.as_path()].map(|path| path.to_string_lossy().into_owned());
    let mut arguments = vec![paths[0].as_str(), &paths[1], LONGEST_S];
    arguments.extend(names.iter().map(String::as_str));
    let Some(answer) = program::output("swmm_run.py", &arguments, "") else { return };
    let versions = ["pyswmm", "toolkit", "engine"].map(|what| program::note(&answer, what));
    println!("pyswmm {}, swmm-toolkit {}, SWMM {}", versions[0], versions[1], versions[2]);

    let mut offences = Vec::new();
    let mut same = 0;
    println!("| Model | Depth | Flow | SWMM's time | ours |");
    println!("|---|---|---|---|---|");
    for name in &names {
        let Some(theirs_s) = seconds(&answer, name) else {
            offences.push(format!("{name}: SWMM did not run it"));
            continue;
        };
        let path = into.join(format!("{name}.rpt"));
        if lines(&path) == lines(&root.join(format!("{name}.ref.rpt"))) {
            same += 1;
        } else {
            offences.push(format!("{name}: SWMM {} reports otherwise", versions[2]));
        }
        if !REACHED.contains(&name.as_str()) {
            continue;
        }
        let model = model(&root, name);
        let begun_s = program::processor_s();
        let (engine, state) = run(&model);
        let ours_s = program::processor_s() - begun_s;
        let (depth, flow) = differences(&Report::read(&path), &engine, &state);
        println!(
            "| {name} | {:.2} % | {:.2} % | {theirs_s:.2} s | {ours_s:.2} s |",
            100.0 * depth.0,
            100.0 * flow.0
        );
        if depth.0.max(flow.0) > TOLERANCE {
            offences.push(format!("{name}: our peaks at {} and {} are off", depth.1, flow.1));
        }
    }
    println!("{same} of {} reports are those of the reference data, line by line", names.len());
    // Another version of the engine may say the same in other words; the reference is of 5.2.4.
    if versions[2] != "5.2.4" {
        offences.retain(|offence| !offence.contains("reports otherwise"));
    }
    assert!(offences.is_empty(), "{offences:#?}");
}
