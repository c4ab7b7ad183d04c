//! East, north and up of the city's local frame as Bevy's axes: x = east, y = up, z = south.

use bevy::math::Vec3;

/// A place in the local frame as Bevy has it.
///
/// ```
/// use twin::axes;
/// let at = axes::to_scene(3.0, 4.0, 5.0);
/// assert_eq!((at.x, at.y, at.z), (3.0, 5.0, -4.0));
/// assert_eq!(axes::to_local(at), (3.0, 4.0, 5.0));
/// ```
pub fn to_scene(east_m: f64, north_m: f64, up_m: f64) -> Vec3 {
    Vec3::new(east_m as f32, up_m as f32, -north_m as f32)
}

/// East, north and up of a place in Bevy's axes.
pub fn to_local(at: Vec3) -> (f64, f64, f64) {
    (f64::from(at.x), -f64::from(at.z), f64::from(at.y))
}

/// A unit vector with this heading (degrees clockwise from north) and rise (degrees above level).
pub fn towards(heading_deg: f32, rise_deg: f32) -> Vec3 {
    let (sin_h, cos_h) = heading_deg.to_radians().sin_cos();
    let (sin_r, cos_r) = rise_deg.to_radians().sin_cos();
    Vec3::new(cos_r * sin_h, sin_r, -cos_r * cos_h)
}
