//! How lamps throw their light: photometry by the codes of their optics, and the cones that drawn lights are.

use std::{collections::BTreeMap, f64::consts::TAU, sync::Arc};

use bevy::{ecs::resource::Resource, math::DVec3};
use city::photometry::{
    Distribution, RoadClass, Symmetry,
    ies::{self, Photometry},
    optics::Optic,
};

#[cfg(not(target_arch = "wasm32"))]
use crate::error::Note;
use crate::error::TwinError;

/// Where a distribution comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Of our own making.
    BuiltIn,
    /// A photometric file.
    File(String),
}

/// A cone of light: a spot light of Bevy's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cone {
    /// Its axis: towards the street, to the left of who looks there, up. A unit vector.
    pub axis: [f64; 3],
    /// Full intensity up to this angle from the axis, rad.
    pub inner: f64,
    /// None beyond this one, rad.
    pub outer: f64,
    /// Intensity on the axis for each lumen of the lamp, cd.
    pub candela_per_lm: f64,
}

/// A lamp's optics.
#[derive(Debug, Clone, PartialEq)]
pub struct Optics {
    /// Its code.
    pub code: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What its file says.
    pub photometry: Photometry,
    /// Flux of its intensities, lm.
    pub flux_lm: f64,
    /// Its class as a road optic.
    pub class: Option<RoadClass>,
    /// What is drawn of it.
    pub cones: Vec<Cone>,
}

impl Optics {
    fn new(code: impl Into<String>, origin: Origin, photometry: Photometry) -> Self {
        let distribution = &photometry.distribution;
        let (flux_lm, class) = (distribution.flux_lm(), distribution.road_class());
        let cones = cones(distribution, flux_lm);
        Self { code: code.into(), origin, flux_lm, class, cones, photometry }
    }

    /// Where the light goes.
    pub fn distribution(&self) -> &Distribution {
        &self.photometry.distribution
    }

    /// What the file of a maker says that its luminaire gives, lm; our own say nothing of a lamp's flux.
    pub fn own_flux_lm(&self) -> Option<f64> {
        matches!(self.origin, Origin::File(_)).then_some(self.flux_lm)
    }
}

/// Optics by the codes of lamps' light distributions.
#[derive(Debug, Clone, Resource)]
pub struct Luminaires {
    by_code: BTreeMap<String, Arc<Optics>>,
    /// In the place of all.
    all: Option<Arc<Optics>>,
    /// Where nothing is known.
    usual: Arc<Optics>,
}

impl Default for Luminaires {
    fn default() -> Self {
        let made = Optic::ALL.into_iter().filter_map(|optic| {
            let photometry = optic.photometry().ok()?;
            Some((
                optic.code().to_owned(),
                Arc::new(Optics::new(optic.code(), Origin::BuiltIn, photometry)),
            ))
        });
        let by_code: BTreeMap<String, Arc<Optics>> = made.collect();
        let usual = by_code.get(Optic::Type2.code()).cloned().unwrap_or_else(dark);
        Self { by_code, all: None, usual }
    }
}

/// The optics of a program whose own files cannot be read, which a test rules out.
fn dark() -> Arc<Optics> {
    let photometry = Photometry {
        edition: ies::Edition::Of2002,
        keywords: Vec::new(),
        lamps_lm: None,
        power_w: 0.0,
        distribution: Distribution::down(),
    };
    Arc::new(Optics::new("", Origin::BuiltIn, photometry))
}

/// What is known of a lamp that chooses its optics.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    pub(crate) distribution: Option<&'a str>,
    pub(crate) luminaire: Option<&'a str>,
    pub(crate) arm_m: Option<f64>,
    pub(crate) height_m: f64,
}

impl Luminaires {
    /// The optics of a lamp, and whether they were assumed: by its code, else by what it looks like.
    pub(crate) fn of(&self, known: Known<'_>) -> (Arc<Optics>, bool) {
        if let Some(all) = &self.all {
            return (all.clone(), false);
        }
        let by_code = |code: &str| self.by_code.get(code).cloned();
        if let Some(told) = known.distribution.and_then(by_code) {
            return (told, false);
        }
        let assumed = match (known.luminaire, known.arm_m) {
            (Some("decorative" | "garden"), _) => Optic::Globe,
            (Some("flood"), _) => Optic::Diffuse,
            // A head on top of its post looks to all sides.
            (_, Some(0.0)) => Optic::Type5,
            _ if known.height_m >= 9.0 => Optic::Type3,
            _ => Optic::Type2,
        };
        (by_code(assumed.code()).unwrap_or_else(|| self.usual.clone()), true)
    }

    /// Takes a file's text for a code, or for all lamps.
    ///
    /// # Errors
    /// [`TwinError::Photometry`].
    pub fn add(&mut self, code: Option<&str>, name: &str, bytes: &[u8]) -> Result<(), TwinError> {
        let photometry = ies::read(bytes)
            .map_err(|why| TwinError::Photometry { of: name.to_owned(), what: why.title() })?;
        let origin = Origin::File(name.to_owned());
        match code {
            Some(code) => {
                let made = Optics::new(code, origin, photometry);
                self.by_code.insert(code.to_owned(), Arc::new(made));
            }
            None => self.all = Some(Arc::new(Optics::new("", origin, photometry))),
        }
        Ok(())
    }

    /// Takes a file for a code, or for all lamps.
    ///
    /// # Errors
    /// [`TwinError::File`], [`TwinError::Photometry`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn add_file(
        &mut self,
        code: Option<&str>,
        path: &std::path::Path,
    ) -> Result<(), TwinError> {
        use std::io::Read;
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(TwinError::file(path))?;
        file.take(ies::MOST_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(TwinError::file(path))?;
        self.add(code, &path.display().to_string(), &bytes)
    }

    /// Takes every `CODE.ies` of a folder, where there is one; what cannot be read is left out and told of.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn add_folder(&mut self, dir: &std::path::Path) -> Vec<Note> {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|it| it.path()).collect();
        paths.sort();
        let mut notes = Vec::new();
        for path in paths.iter().take(MOST_FILES) {
            let is_ies = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("ies"));
            let code = path.file_stem().and_then(|it| it.to_str()).filter(|_| is_ies);
            let Some(code) = code else { continue };
            if let Err(why) = self.add_file(Some(code), path) {
                notes.push(Note::new(
                    format!("Bỏ qua tệp quang trắc: {why}"),
                    format!("A photometric file was left out: {why}"),
                ));
            }
        }
        notes
    }
}

/// Files of a folder that are looked at, at most.
#[cfg(not(target_arch = "wasm32"))]
const MOST_FILES: usize = 1000;

/// The flux of a direction, and the direction.
type Ray = (f64, DVec3);

/// Directions below the horizon with the flux that goes there.
fn rays(distribution: &Distribution) -> Vec<Ray> {
    const STEP_DEG: f64 = 3.0;
    let around = (360.0 / STEP_DEG) as usize;
    let down = (90.0 / STEP_DEG) as usize;
    let middle = |k: usize| (k as f64 + 0.5) * STEP_DEG;
    let cell = STEP_DEG.to_radians();
    let of = |(k, n): (usize, usize)| {
        let (c_deg, gamma_deg) = (middle(k), middle(n));
        let (c, gamma) = (c_deg.to_radians(), gamma_deg.to_radians());
        let flux = distribution.candela(c_deg, gamma_deg) * gamma.sin() * cell * cell;
        (flux, DVec3::new(gamma.sin() * c.cos(), gamma.sin() * c.sin(), -gamma.cos()))
    };
    (0..around).flat_map(|k| (0..down).map(move |n| (k, n))).map(of).collect()
}

/// The mean direction of light, weighted by flux.
fn axis(rays: &[Ray]) -> DVec3 {
    rays.iter().map(|(flux, way)| *way * *flux).sum::<DVec3>().normalize_or(DVec3::NEG_Z)
}

/// What is drawn of a distribution: one cone, or one to either side along the road where the light parts. Light above
/// the horizon is left out.
///
/// Bevy draws light textures (cookies) by arrays of textures, which WebGL 2 has not, so on no page; cones are the same
/// everywhere. Each holds 95 % of its side's flux within its outer angle and half of it within its inner one.
fn cones(distribution: &Distribution, flux_lm: f64) -> Vec<Cone> {
    let rays = rays(distribution);
    let (left, right): (Vec<Ray>, Vec<Ray>) =
        rays.iter().copied().partition(|(_, way)| way.y > 0.0);
    let parts = distribution.symmetry() != Symmetry::Axial
        && [&left, &right].iter().all(|side| axis(side).y.abs() > 30.0f64.to_radians().sin());
    let sides = if parts { vec![left, right] } else { vec![rays] };
    sides.into_iter().filter_map(|side| cone(&side, flux_lm)).collect()
}

fn cone(rays: &[Ray], flux_lm: f64) -> Option<Cone> {
    let whole: f64 = rays.iter().map(|(flux, _)| flux).sum();
    if whole <= 0.0 {
        return None;
    }
    let axis = axis(rays);
    let mut off: Vec<(f64, f64)> =
        rays.iter().map(|(flux, way)| (way.angle_between(axis), *flux)).collect();
    off.sort_by(|a, b| a.0.total_cmp(&b.0));
    let within = |part: f64| {
        let mut sum = 0.0;
        let found = off.iter().find(|(_, flux)| {
            sum += flux;
            sum >= part * whole
        });
        found.map_or(1.0, |(angle, _)| *angle)
    };
    let outer = within(0.95).clamp(0.2, 1.45);
    let inner = within(0.5).min(outer - 0.05);
    // Bevy lets it fall by the square of a line in cos θ from the inner angle to the outer one: so much flux has a
    // candela on the axis.
    let lm_per_candela = TAU * ((1.0 - inner.cos()) + (inner.cos() - outer.cos()) / 3.0);
    Some(Cone {
        axis: axis.to_array(),
        inner,
        outer,
        candela_per_lm: whole / flux_lm / lm_per_candela,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(distribution: Option<&'static str>) -> Known<'static> {
        Known { distribution, luminaire: None, arm_m: None, height_m: 8.0 }
    }

    #[test]
    fn a_lamps_code_chooses_its_optics_and_without_one_its_looks_do() {
        let all = Luminaires::default();
        let code = |it: Known<'_>| {
            let (optics, is_assumed) = all.of(it);
            (optics.code.clone(), is_assumed)
        };
        assert_eq!(code(known(Some("type-4"))), ("type-4".into(), false));
        assert_eq!(code(known(Some("no such"))), ("type-2".into(), true));
        assert_eq!(code(Known { height_m: 10.0, ..known(None) }), ("type-3".into(), true));
        assert_eq!(code(Known { arm_m: Some(0.0), ..known(None) }), ("type-5".into(), true));
        assert_eq!(
            code(Known { luminaire: Some("garden"), ..known(None) }),
            ("globe".into(), true)
        );
    }

    #[test]
    fn files_take_the_place_of_what_they_are_named_for() {
        let mut all = Luminaires::default();
        let text = Optic::Type5.text().as_bytes();
        all.add(Some("den-moi"), "den-moi.ies", text).unwrap();
        let (optics, is_assumed) = all.of(known(Some("den-moi")));
        assert!(!is_assumed && optics.own_flux_lm().is_some_and(|it| (it - 1000.0).abs() < 2.0));
        assert_eq!(all.of(known(Some("type-2"))).0.own_flux_lm(), None);
        all.add(None, "moi-den.ies", text).unwrap();
        assert_eq!(all.of(known(Some("type-2"))).0.origin, Origin::File("moi-den.ies".into()));
        let error = all.add(None, "hong.ies", b"TILT=NONE\n1 x").unwrap_err().to_string();
        assert!(
            error.contains("hong.ies") && error.contains("line 2") && error.contains("dòng 2"),
            "{error}"
        );
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn a_folder_of_files_is_read_and_a_broken_one_is_told_of() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("den-a.IES"), Optic::Globe.text()).unwrap();
        std::fs::write(dir.path().join("den-b.ies"), "nothing").unwrap();
        std::fs::write(dir.path().join("readme.txt"), "nothing").unwrap();
        let mut all = Luminaires::default();
        let notes = all.add_folder(dir.path());
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].0.en.contains("den-b.ies"), "{notes:?}");
        assert!(!all.of(known(Some("den-a"))).1);
        assert!(all.add_folder(&dir.path().join("none")).is_empty());
    }

    #[test]
    fn light_that_parts_along_the_road_is_two_cones_that_hold_its_flux() {
        let all = Luminaires::default();
        for (code, count) in
            [("type-2", 2), ("type-3", 2), ("type-5", 1), ("diffuse", 1), ("globe", 1)]
        {
            let optics = all.of(known(Some(code))).0;
            assert_eq!(optics.cones.len(), count, "{code}: {:?}", optics.cones);
            let flux: f64 = optics
                .cones
                .iter()
                .map(|it| {
                    let (inner, outer) = (it.inner.cos(), it.outer.cos());
                    it.candela_per_lm * TAU * ((1.0 - inner) + (inner - outer) / 3.0)
                })
                .sum();
            let below = optics.distribution().flux_within_lm(90.0) / optics.flux_lm;
            assert!((flux - below).abs() < 0.01, "{code}: {flux} of {below}");
            // Road optics look to the street, one cone to either side.
            if let [a, b] = optics.cones[..] {
                assert!(a.axis[0] > 0.05 && a.axis[1] > 0.3 && a.axis[2] < -0.3, "{code}: {a:?}");
                assert!((a.axis[1] + b.axis[1]).abs() < 1e-6 && (a.inner - b.inner).abs() < 1e-6);
            }
        }
    }
}
