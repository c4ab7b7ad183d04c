//! `datasets crs`.

use city::Crs;
use datasets::crs::{SourceCrs, Transformer, domain};

use crate::{Failure, Outcome};

/// What to list or convert.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// East (longitude) and north (latitude) of a point to convert, such as 108.338 15.8801
    #[arg(num_args = 2, value_names = ["EAST", "NORTH"], allow_negative_numbers = true)]
    point: Option<Vec<f64>>,
    /// System that the point is in: EPSG:5899, CRS84, WKT or a PROJ string
    #[arg(long, default_value = "CRS84")]
    from: SourceCrs,
    /// System to convert it to
    #[arg(long, default_value = "EPSG:5899")]
    to: Crs,
}

/// Prints the known systems, or a point in another system.
pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    if let Some([x, y]) = args.point.as_deref() {
        let (x, y) = Transformer::new(&args.from, args.to)?.convert(*x, *y)?;
        match args.to.kind() {
            city::frame::CrsKind::Geographic => println!("{x:.9} {y:.9}"),
            city::frame::CrsKind::Projected => println!("{x:.4} {y:.4}"),
        }
        return Ok(Outcome::Good);
    }
    for crs in Crs::all() {
        let area = domain(crs);
        let (west, east) = (area.min_x, area.max_x);
        let place = format!("{west}° to {east}°, {:.4}° to {:.4}°", area.min_y, area.max_y);
        println!("{:12} {:34} {place}", crs.to_string(), crs.title().vi);
    }
    Ok(Outcome::Good)
}
