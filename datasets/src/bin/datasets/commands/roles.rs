//! `datasets roles`.

use city::{Access, Role, role::Attribute};

use crate::{Failure, Outcome};

/// Which roles to list.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this role, with its attributes
    role: Option<String>,
    /// Every role with its attributes
    #[arg(long)]
    attributes: bool,
}

/// Prints the roles, and their attributes where asked.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let roles = match &args.role {
        Some(name) => vec![Role::from_name(name)?],
        None => Role::ALL.to_vec(),
    };
    for role in roles {
        let shape =
            role.geometry().map_or("raster".into(), |kind| format!("{kind:?}").to_lowercase());
        println!("{:22} {:8} {} · {}", role.name(), shape, role.title().vi, role.title().en);
        if args.attributes || args.role.is_some() {
            role.attributes().iter().for_each(|attribute| println!("    {}", line(attribute)));
        }
    }
    Ok(Outcome::Good)
}

fn line(attribute: &Attribute) -> String {
    let kind = format!("{:?}", attribute.kind).to_lowercase();
    let unit = attribute.unit.map(|unit| format!(", {}", unit.symbol())).unwrap_or_default();
    let list = attribute.code_list.map(|list| format!(", codes: {list}")).unwrap_or_default();
    let access = match attribute.access {
        Access::Public => String::new(),
        other => format!(", {other:?}").to_lowercase(),
    };
    let titles = format!("{} · {}", attribute.vi, attribute.en);
    format!("{:20} {titles} ({kind}{unit}{list}{access})", attribute.name)
}
