use std::{f64::consts::PI, path::PathBuf};

use proptest::prelude::*;

use super::{
    Distribution, GridError, Lateral, Range, Symmetry,
    ies::{self, Edition, Why},
    optics::{FLUX_LM, Optic},
};

fn distribution(
    vertical: &[f64],
    horizontal: &[f64],
    of: impl Fn(f64, f64) -> f64,
) -> Distribution {
    let candela = horizontal.iter().flat_map(|&c| vertical.iter().map(move |&g| (c, g)));
    let candela = candela.map(|(c, g)| of(c, g)).collect();
    Distribution::new(vertical.to_vec(), horizontal.to_vec(), candela).unwrap()
}

#[test]
fn a_source_alike_to_all_sides_gives_four_pi_of_its_intensity() {
    let even = distribution(&[0.0, 180.0], &[0.0], |_, _| 100.0);
    assert!((even.flux_lm() / (400.0 * PI) - 1.0).abs() < 1e-12);
    assert!((even.flux_within_lm(90.0) / (200.0 * PI) - 1.0).abs() < 1e-12);
    // 5 m below: 100 / 25 lx; 5 m aside of that: I cos 45° / d² = 100 · 0.7071 / 50.
    assert!((even.horizontal_lux([0.0, 0.0], 5.0) - 4.0).abs() < 1e-12);
    assert!((even.horizontal_lux([3.0, 4.0], 5.0) - 100.0 * 0.5f64.sqrt() / 50.0).abs() < 1e-12);
    assert_eq!(even.horizontal_lux([0.0, 0.0], -1.0), 0.0);
}

#[test]
fn below_a_flat_panel_it_is_as_bright_as_the_fourth_power_of_the_cosine_says() {
    let gamma: Vec<f64> = (0..=180).map(|k| f64::from(k) * 0.5).collect();
    let panel = distribution(&gamma, &[0.0], |_, g| 500.0 * g.to_radians().cos());
    assert!((panel.flux_lm() / (500.0 * PI) - 1.0).abs() < 1e-4, "{}", panel.flux_lm());
    for (aside, below) in [(0.0, 8.0), (8.0, 8.0), (20.0, 8.0), (3.0, 10.0)] {
        let cos = below / f64::hypot(aside, below);
        let expected = 500.0 * cos.powi(4) / (below * below);
        let lux = panel.horizontal_lux([0.0, aside], below);
        assert!((lux - expected).abs() < 1e-3, "{aside} m aside: {lux} lx, {expected} lx");
    }
    // All that goes down arrives: over the ground within tan γ of 10, Φ sin²γ.
    let (mut sum, step) = (0.0, 0.25);
    for k in 0..320 {
        let aside = (f64::from(k) + 0.5) * step;
        sum += panel.horizontal_lux([aside, 0.0], 8.0) * 2.0 * PI * aside * step;
    }
    let part = (80.0f64 / 8.0).atan().sin().powi(2);
    assert!((sum / (500.0 * PI * part) - 1.0).abs() < 1e-3, "{sum}");
}

#[test]
fn planes_that_are_not_there_mirror_those_that_are() {
    let gamma = [0.0, 90.0];
    let check = |horizontal: &[f64], symmetry, c: f64, expected: f64| {
        let made = distribution(&gamma, horizontal, |c, _| 10.0 + c);
        assert_eq!(made.symmetry(), symmetry);
        let candela = made.candela(c, 45.0);
        assert!((candela - expected).abs() < 1e-9, "{symmetry:?} at {c}°: {candela}");
    };
    for c in [-30.0, 0.0, 77.0, 300.0] {
        check(&[0.0], Symmetry::Axial, c, 10.0);
    }
    for (c, expected) in [(30.0, 40.0), (150.0, 40.0), (210.0, 40.0), (-30.0, 40.0), (90.0, 100.0)]
    {
        check(&[0.0, 45.0, 90.0], Symmetry::Quadrants, c, expected);
    }
    for (c, expected) in [(30.0, 40.0), (150.0, 160.0), (210.0, 160.0), (330.0, 40.0)] {
        check(&[0.0, 90.0, 180.0], Symmetry::AlongRoad, c, expected);
    }
    for (c, expected) in [(120.0, 130.0), (60.0, 130.0), (240.0, 250.0), (300.0, 250.0)] {
        check(&[90.0, 180.0, 270.0], Symmetry::AcrossRoad, c, expected);
    }
    let around = [0.0, 90.0, 180.0, 270.0, 360.0];
    check(&around, Symmetry::None, 300.0, 310.0);
    // Without 360°, which is 0° again: half way between 280 and 10.
    check(&around[..4], Symmetry::None, 315.0, 145.0);
}

#[test]
fn the_flux_is_the_same_however_the_planes_are_given() {
    let gamma: Vec<f64> = (0..=36).map(|k| f64::from(k) * 2.5).collect();
    // Alike in all four quarters.
    let of = |c: f64, g: f64| 100.0 + 50.0 * (2.0 * c).to_radians().cos() + g;
    let flux = |to: i32, from: i32| {
        let planes: Vec<f64> = (from..=to).map(|k| f64::from(k) * 5.0).collect();
        distribution(&gamma, &planes, of).flux_lm()
    };
    let whole = flux(72, 0);
    for other in [flux(18, 0), flux(36, 0), flux(54, 18), flux(71, 0)] {
        assert!((other / whole - 1.0).abs() < 1e-12, "{other} {whole}");
    }
}

#[test]
fn angles_that_do_not_hold_together_are_refused() {
    let made = |v: &[f64], h: &[f64], candela: &[f64]| {
        Distribution::new(v.to_vec(), h.to_vec(), candela.to_vec()).unwrap_err()
    };
    let count = GridError::Count { planes: 1, angles: 2, candela: 3 };
    assert_eq!(made(&[0.0, 90.0], &[0.0], &[1.0; 3]), count);
    assert_eq!(made(&[0.0, 0.0], &[0.0], &[1.0; 2]), GridError::Vertical(0.0));
    assert_eq!(made(&[0.0, 181.0], &[0.0], &[1.0; 2]), GridError::Vertical(181.0));
    assert_eq!(made(&[0.0, 90.0], &[0.0, -1.0], &[1.0; 4]), GridError::Horizontal(-1.0));
    let planes = GridError::Planes { from: 0.0, to: 120.0 };
    assert_eq!(made(&[0.0, 90.0], &[0.0, 120.0], &[1.0; 4]), planes);
    assert_eq!(made(&[0.0, 90.0], &[0.0], &[1.0, -0.5]), GridError::Candela(-0.5));
    assert_eq!(made(&[0.0, 90.0], &[0.0], &[0.0, 0.0]), GridError::Dark);
}

const SMALL: &str = "IESNA:LM-63-2002\n[TEST] a\n[LUMCAT] B 12\n[MORE] and more\nTILT=NONE\n\
    1 -1 2.0 3 1 1 2 0.1 0.1 0\n0.5 1 42\n0 45 90\n0\n100, 70.5 0\n";

#[test]
fn a_small_file_says_what_it_says() {
    let read = ies::read(SMALL.as_bytes()).unwrap();
    assert_eq!((read.edition, read.lamps_lm, read.power_w), (Edition::Of2002, None, 42.0));
    assert_eq!(read.name(), Some("B 12 and more"));
    assert_eq!(read.distribution.plane(0), [100.0, 70.5, 0.0], "2.0 × 0.5 of it");
    // An older file has a factor of ballast and lamp in the place of the 1.
    let older = SMALL.replace("IESNA:LM-63-2002", "IESNA91").replace("0.5 1 42", "0.5 0.9 42");
    let older = ies::read(older.as_bytes()).unwrap();
    assert!((older.distribution.plane(0)[0] - 90.0).abs() < 1e-12);
    let nameless = SMALL.replace("IESNA:LM-63-2002\n[TEST] a\n", "A lamp of 1986\n");
    assert_eq!(ies::read(nameless.as_bytes()).unwrap().edition, Edition::Of1986);
    // Lamps whose flux is known, a table of tilt, lines of DOS and letters of Latin-1.
    let tilted = SMALL
        .replace("TILT=NONE", "TILT=INCLUDE\n1\n3\n0 45 90\n0.95 0.9 0.8")
        .replace("1 -1 2.0", "2 1500 2.0")
        .replace('\n', "\r\n");
    let mut bytes = tilted.into_bytes();
    bytes[25] = 0xE9;
    bytes.push(0x1a);
    let tilted = ies::read(&bytes).unwrap();
    assert_eq!(tilted.lamps_lm, Some(3000.0));
    assert!((tilted.distribution.plane(0)[0] - 95.0).abs() < 1e-12);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_what_to_do() {
    let check = |from: &str, to: &str, line: usize, word: &str| {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{from} stands in it");
        let error = ies::read(text.as_bytes()).unwrap_err();
        let title = error.title();
        assert_eq!(error.line, line, "{error}");
        assert!(title.en.contains(word) && !title.vi.is_empty(), "{error}");
    };
    check("TILT=NONE", "", 10, "EULUMDAT");
    check("TILT=NONE", "TILT=lamp.tlt", 5, "TILT=INCLUDE");
    check("1 -1 2.0 3 1 1 2", "1 -1 2.0 3 1 2 2", 6, "type C");
    check("1 -1 2.0", "0 -1 2.0", 6, "number of lamps");
    check("1 -1 2.0 3", "1 -1 2.0 3.5", 6, "number of vertical angles");
    check("1 -1 2.0 3", "1 -1 2.0 9999999", 6, "number of vertical angles");
    check("0 45 90", "0 45 zwei", 8, "'zwei'");
    check("0 45 90", "0 90 45", 8, "45");
    check("\n0\n", "\n30\n", 9, "0 to 0, 90, 180 or 360");
    check("70.5 0", "70.5", 10, "ends");
    check("70.5 0", "70.5 0 0", 10, "follows");
    check("70.5 0", "-70.5 0", 10, "-70.5");
    check("100, 70.5", "0, 0", 10, "all intensities");
    let large = vec![b' '; ies::MOST_BYTES + 1];
    assert_eq!(ies::read(&large).unwrap_err().why, Why::TooLarge);
    let planes = SMALL.replace("2.0 3 1 1", "2.0 2000 2000 1");
    let error = ies::read(planes.as_bytes()).unwrap_err();
    assert_eq!(error.why, Why::TooMany { directions: 4_000_000 });
}

proptest! {
    #[test]
    fn no_text_brings_the_reader_down(at in 0usize..150, bytes in prop::collection::vec(any::<u8>(), 0..8)) {
        let mut text = SMALL.as_bytes().to_vec();
        let at = at.min(text.len());
        let end = (at + bytes.len()).min(text.len());
        text.splice(at..end, bytes);
        if let Ok(read) = ies::read(&text) {
            prop_assert!(read.distribution.flux_lm().is_finite());
        }
    }
}

#[test]
fn what_is_written_is_read_again() {
    let drawn = Optic::Type2.draw().unwrap();
    let read = ies::read(Optic::Type2.write().unwrap().as_bytes()).unwrap();
    assert_eq!(read.distribution.symmetry(), drawn.symmetry());
    for (c, gamma) in [(0.0, 0.0), (80.0, 67.5), (-80.0, 67.5), (180.0, 30.0)] {
        let (a, b) = (drawn.candela(c, gamma), read.distribution.candela(c, gamma));
        assert!((a - b).abs() <= 0.05 + 1e-9, "{c}° {gamma}°: {a} {b}");
    }
}

/// `DOTHI_BLESS=1` writes the files anew.
#[test]
fn our_own_optics_are_as_they_are_drawn_and_of_the_class_that_they_say() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets/photometry");
    for optic in Optic::ALL {
        let drawn = optic.write().unwrap();
        if std::env::var_os("DOTHI_BLESS").is_some() {
            std::fs::write(folder.join(format!("{}.ies", optic.code())), &drawn).unwrap();
            continue;
        }
        assert_eq!(optic.text(), drawn, "{optic:?}: draw it anew with DOTHI_BLESS=1");
        assert_eq!(Optic::from_code(optic.code()), Some(optic));
        let distribution = optic.photometry().unwrap().distribution;
        let flux = distribution.flux_lm();
        assert!((flux / FLUX_LM - 1.0).abs() < 2e-3, "{optic:?}: {flux} lm");
        let class = distribution.road_class().unwrap();
        let expected = match optic {
            Optic::Type1 => (Lateral::I, Range::Medium),
            Optic::Type2 => (Lateral::II, Range::Medium),
            Optic::Type3 => (Lateral::III, Range::Medium),
            Optic::Type4 => (Lateral::IV, Range::Medium),
            Optic::Type5 => (Lateral::V, Range::Medium),
            Optic::Diffuse | Optic::Globe => (Lateral::V, Range::VeryShort),
        };
        assert_eq!((class.lateral, class.range), expected, "{optic:?}: {class}");
        if optic != Optic::Globe {
            let below = distribution.flux_within_lm(80.0);
            assert!(below > 0.94 * flux, "{optic:?} glares: {below} lm below 80°");
        }
    }
}

/// Files of makers; the flux is that of the table beside them, found by zones of the mean intensity of their edges: for
/// steps of 5° that gives 0.15 % more than the integral of what lies linearly between the edges.
#[test]
fn files_of_makers_give_the_flux_that_others_found() {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/environment/photometry");
    if !folder.is_dir() {
        println!("SKIP: ../shared/data/environment/photometry is absent");
        return;
    }
    for (file, symmetry, lumens) in [
        ("cu_1.ies", Symmetry::Quadrants, 9217.18),
        ("cu_2.ies", Symmetry::AlongRoad, 5834.2),
        ("cu_3.ies", Symmetry::None, 13359.57),
        ("cu_4.ies", Symmetry::AlongRoad, 5821.76),
        ("cu_5.ies", Symmetry::Quadrants, 753.8),
        ("cu_6.ies", Symmetry::None, 9230.16),
        ("cu_7.ies", Symmetry::Axial, 531.98),
        ("cu_8.ies", Symmetry::AlongRoad, 828.32),
        // As its maker names it.
        ("tuberlin_HellaEcoLight_2070lm.ies", Symmetry::None, 2070.0),
    ] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let read = ies::read(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(read.distribution.symmetry(), symmetry, "{file}");
        let flux = read.distribution.flux_lm();
        assert!((flux / lumens - 1.0).abs() < 2.5e-3, "{file}: {flux} lm, not {lumens} lm");
        println!("{file}: {flux:.2} lm of {lumens}, {:?}", read.distribution.road_class());
    }
    for file in ["eulumdat-rs_ABSOLUTE_LED.ies", "eulumdat-rs_TILT_TEST.ies"] {
        ies::read(&std::fs::read(folder.join(file)).unwrap()).unwrap();
    }
    let ldt = std::fs::read(folder.join("eulumdat-rs_projector.ldt")).unwrap();
    assert_eq!(ies::read(&ldt).unwrap_err().why, Why::NoTilt);
}
