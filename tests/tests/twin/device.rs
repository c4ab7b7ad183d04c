//! The device that draws is lost, as when its driver begins anew.

use bevy::render::renderer::RenderDevice;
use tests::town;
use twin::{
    app::Stage,
    headless::{Studio, similarity},
    read_folder,
};

/// Two pictures of the same by the same program differ by nothing but the order in which threads add up colours.
const ALIKE: f64 = 0.995;

fn studio(time: &str) -> Studio {
    let model = read_folder(town::demo(500).dir()).expect("the demo city");
    let stage = Stage::new(model, Ok, Some(time)).expect("a time");
    Studio::open(stage, (320, 180), None, None).expect("software Vulkan")
}

fn lose(studio: &mut Studio) {
    studio.world().resource::<RenderDevice>().wgpu_device().destroy();
}

/// Shadows and roofs by day, lamps, pools and windows by night, letters at both must come back.
#[test]
fn a_lost_device_is_followed_by_another_that_draws_the_same() {
    for time in ["2026-06-21T15:30", "2026-06-21T19:30"] {
        let mut studio = studio(time);
        let before = studio.shoot().expect("a picture");
        assert!(before.rgb.iter().any(|it| *it > 0), "something is seen");
        lose(&mut studio);
        let after = studio.shoot().expect("a picture by another device");
        let alike = similarity(&before, &after);
        assert!(alike > ALIKE, "{time}: {alike}");
    }
}

#[test]
fn a_device_that_is_lost_again_and_again_is_given_up() {
    let mut studio = studio("2026-06-21T12:00");
    let mut taken = studio.shoot().map(drop);
    for _ in 0..5 {
        if taken.is_ok() {
            lose(&mut studio);
            taken = studio.shoot().map(drop);
        }
    }
    let why = taken.expect_err("nobody draws any more").to_string();
    assert!(why.contains("lost"), "{why}");
}
