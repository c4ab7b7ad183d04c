//! `datasets generate`.

use std::{cell::RefCell, path::PathBuf};

use datasets::demo::{self, Recipe, Step};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{Failure, Outcome};

/// What city to make, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The seed that decides everything; the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many buildings the town has (500 to 2 000 000); the town grows with them
    #[arg(long, default_value_t = 20_000)]
    buildings: u64,
    /// The data folder, made when it is not there
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

/// Makes the demo city, with a progress bar for each stage.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let recipe = Recipe { seed: args.seed, buildings: args.buildings };
    let bars = Bars::default();
    let catalog = demo::generate(recipe, &args.into, &|step| bars.show(step))?;
    println!(
        "{} · {}: {} layers in {}",
        catalog.title.vi,
        catalog.title.en,
        catalog.layers.len(),
        args.into.display()
    );
    Ok(Outcome::Good)
}

/// The bar of the stage that runs.
#[derive(Default)]
struct Bars {
    now: RefCell<Option<(&'static str, ProgressBar)>>,
}

impl Bars {
    fn show(&self, step: Step) {
        let mut now = self.now.borrow_mut();
        let same = now.as_ref().is_some_and(|(name, _)| *name == step.name);
        if !same {
            *now = Some((step.name, bar(step)));
        }
        if let Some((_, bar)) = now.as_ref() {
            bar.set_position(step.done as u64);
            if step.done >= step.of {
                bar.finish();
            }
        }
    }
}

fn bar(step: Step) -> ProgressBar {
    let bar = ProgressBar::new(step.of as u64).with_message(format!("{} · {}", step.vi, step.name));
    let style = ProgressStyle::with_template("{msg:40} {bar:32} {pos}/{len} {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}
