//! The known systems as PROJ pipelines.
//!
//! Written out, they need no database: a `PROJ_DATA` that points to another installation's (QGIS and
//! conda set it) can't get in between, and no choice of transformations is left open. Tests hold
//! that they are those of the EPSG registry.

use city::{Crs, frame::CrsKind};

/// VN-2000 to WGS 84: EPSG:6960, Decision 05/2007/QĐ-BTNMT; metres, arc seconds, parts per million.
const VN2000_TO_WGS84: &str = "+proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 \
     +rx=0.00928836 +ry=-0.01975479 +rz=0.00427372 +s=0.252906278 +convention=position_vector";

/// From longitude and latitude (WGS 84, degrees) to a system.
pub(super) fn from_lon_lat(to: Crs) -> String {
    join(steps(to).into_iter())
}

/// From a system to longitude and latitude (WGS 84, degrees).
pub(super) fn to_lon_lat(from: Crs) -> String {
    join(steps(from).into_iter().rev().map(inverse))
}

fn join(steps: impl Iterator<Item = String>) -> String {
    std::iter::once("+proj=pipeline".to_owned())
        .chain(steps.map(|step| format!(" +step {step}")))
        .collect()
}

fn inverse(step: String) -> String {
    match step.strip_prefix("+inv ") {
        Some(forward) => forward.to_owned(),
        None => format!("+inv {step}"),
    }
}

/// The steps from longitude and latitude in degrees.
fn steps(to: Crs) -> Vec<String> {
    let mut steps = vec!["+proj=unitconvert +xy_in=deg +xy_out=rad".to_owned()];
    if is_vn2000(to) {
        // By way of earth-centred coordinates, keeping the height out of it as a 2D shift does.
        steps.extend([
            "+proj=push +v_3".to_owned(),
            "+proj=cart +ellps=WGS84".to_owned(),
            format!("+inv {VN2000_TO_WGS84}"),
            "+inv +proj=cart +ellps=WGS84".to_owned(),
            "+proj=pop +v_3".to_owned(),
        ]);
    }
    steps.push(match (to.kind(), to.central_meridian_deg(), to.scale_factor()) {
        (CrsKind::Geographic, ..) => "+proj=unitconvert +xy_in=rad +xy_out=deg".to_owned(),
        (CrsKind::Projected, Some(meridian), Some(scale)) => format!(
            "+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0=500000 +y_0=0 +ellps=WGS84"
        ),
        (CrsKind::Projected, ..) => {
            "+proj=webmerc +lat_0=0 +lon_0=0 +x_0=0 +y_0=0 +ellps=WGS84".to_owned()
        }
    });
    steps
}

/// Whether a known system rests on the datum VN-2000.
fn is_vn2000(crs: Crs) -> bool {
    !matches!(crs.epsg(), None | Some(4326 | 3857 | 32648 | 32649))
}
