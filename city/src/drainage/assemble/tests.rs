//! What becomes of features as real layers have them.

use super::*;
use crate::drainage::Section;

fn manhole(id: &str, x: f64, invert_m: f64) -> ManholeFeature {
    let invert_m = Some(invert_m);
    ManholeFeature { ground_m: Some(4.0), invert_m, ..ManholeFeature::new(id, (x, 0.0)) }
}

fn outfall(id: &str, x: f64, invert_m: f64) -> ManholeFeature {
    let invert_m = Some(invert_m);
    ManholeFeature { invert_m, is_outfall: true, ..ManholeFeature::new(id, (x, 0.0)) }
}

fn drain(id: &str, from: f64, to: f64) -> DrainFeature {
    DrainFeature {
        diameter_m: Some(0.6),
        manning: Some(0.013),
        ..DrainFeature::new(id, vec![(from, 0.0), (to, 0.0)])
    }
}

fn made(manholes: &[ManholeFeature], drains: &[DrainFeature]) -> Assembled {
    assemble(manholes, drains, &Settings::default()).expect("a network")
}

/// The notes on one id.
fn notes<'a>(made: &'a Assembled, id: &str) -> Vec<(Treated, &'a str)> {
    let of_id = made.notes.iter().filter(|note| note.id == id);
    of_id.map(|note| (note.treated, note.why.en.as_str())).collect()
}

#[test]
fn complete_features_become_a_network_without_a_note() {
    let manholes = [manhole("A", 0.0, 2.0), manhole("B", 50.0, 1.9), outfall("X", 90.0, 1.7)];
    let named = |drain: DrainFeature, from: &str, to: &str, inverts_m: [f64; 2]| DrainFeature {
        from_node: Some(from.into()),
        to_node: Some(to.into()),
        invert_from_m: Some(inverts_m[0]),
        invert_to_m: Some(inverts_m[1]),
        length_m: Some(48.0),
        ..drain
    };
    let drains = [
        named(drain("P", 3.0, 47.0), "A", "B", [2.0, 1.95]),
        named(drain("Q", 50.0, 90.0), "B", "X", [1.9, 1.7]),
    ];
    let made = made(&manholes, &drains);
    assert_eq!(made.notes, vec![]);
    assert_eq!(made.network.nodes.len(), 3);
    assert_eq!(made.network.nodes[1].position, Some((50.0, 0.0)));
    assert_eq!(made.network.nodes[0].max_depth_m, 2.0);
    assert!(matches!(made.network.nodes[2].kind, NodeKind::Outfall { .. }));
    let crate::drainage::LinkKind::Conduit(conduit) = &made.network.links[0].kind else {
        panic!("a pipe is a conduit");
    };
    assert_eq!((conduit.length_m, conduit.from_offset_m), (48.0, 0.0));
    assert!((conduit.to_offset_m - 0.05).abs() < 1e-12);
}

#[test]
fn ends_are_joined_by_place_and_nodes_are_made_where_none_is() {
    let manholes = [manhole("A", 0.0, 2.0), outfall("X", 90.0, 1.7)];
    let mut wrong = drain("Q", 49.8, 90.4);
    wrong.to_node = Some("HG99".into());
    let made = made(&manholes, &[drain("P", 0.6, 50.0), wrong]);
    let links = &made.network.links;
    assert_eq!((links[0].from.as_str(), links[0].to.as_str()), ("A", "P/2"));
    assert_eq!((links[1].from.as_str(), links[1].to.as_str()), ("P/2", "X"), "both meet there");
    assert!(notes(&made, "P")[0].1.contains("'A' 0.60 m away"), "{:?}", made.notes);
    assert!(
        notes(&made, "Q")[1].1.contains("no node 'HG99'; its end 2 was joined to the node 'X'")
    );
    let on_made = notes(&made, "P/2");
    assert_eq!(on_made[0].0, Treated::Made);
    assert!(on_made[1].1.contains("level with the node beside it"), "{on_made:?}");
    assert!(on_made[2].1.contains("has no ground"), "{on_made:?}");
}

#[test]
fn what_cannot_be_a_drain_is_left_out_with_its_reason() {
    let manholes = [manhole("A", 0.0, 2.0), outfall("X", 90.0, 1.7), manhole("FAR", 500.0, 1.0)];
    let sizeless = DrainFeature { diameter_m: Some(0.0), ..drain("S", 0.0, 90.0) };
    let drains = [
        drain("P", 0.0, 90.0),
        drain("Z", 5.0, 5.0),
        drain("L", 0.2, -0.3),
        sizeless.clone(),
        DrainFeature { shape: Some("box".into()), width_m: Some(2.0), ..sizeless.clone() },
    ];
    let mut drains = drains.to_vec();
    drains[4].id = "B".into();
    let made = made(&manholes, &drains);
    assert_eq!(made.network.links.len(), 1);
    let check = |id: &str, words: &str| {
        let found = notes(&made, id);
        let last = found.last().expect("a note");
        assert!(last.0 == Treated::LeftOut && last.1.contains(words), "{id}: {found:?}");
    };
    check("Z", "0 m long");
    check("L", "begins and ends at the node 'A'");
    check("S", "give a diameter");
    check("B", "a width and a height");
    check("FAR", "no drain reaches it");
    let settings = Settings { diameter_m: Some(0.4), ..Settings::default() };
    let made = assemble(&manholes, &[sizeless], &settings).expect("a network");
    assert!(notes(&made, "S")[0].1.contains("a pipe of 0.4 m"), "{:?}", made.notes);
}

#[test]
fn drains_without_an_outfall_open_at_their_lowest_end() {
    // B lies lowest, but in the middle; of the ends C is the lower.
    let manholes = [manhole("A", 0.0, 2.0), manhole("B", 50.0, 1.5), manhole("C", 90.0, 1.7)];
    let drains = [drain("P", 0.0, 50.0), drain("Q", 50.0, 90.0)];
    let made = made(&manholes, &drains);
    let is_outfall = |node: &Node| matches!(node.kind, NodeKind::Outfall { .. });
    let found: Vec<_> = made.network.nodes.iter().filter(|node| is_outfall(node)).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name, "C");
    assert!(notes(&made, "C")[0].1.contains("3 joined nodes have no outfall"));
    let settings = Settings { opens_lowest_end: false, ..Settings::default() };
    let shut = assemble(&manholes, &drains, &settings).expect("a network");
    assert!(!shut.network.nodes.iter().any(is_outfall));
    assert!(notes(&shut, "C")[0].1.contains("water stays"), "{:?}", shut.notes);
}

#[test]
fn heights_come_from_whatever_knows_them() {
    let unknown = |id: &str, x: f64| ManholeFeature::new(id, (x, 0.0));
    let manholes = [
        ManholeFeature { invert_m: Some(2.0), depth_m: Some(1.5), ..unknown("A", 0.0) },
        ManholeFeature { ground_m: Some(3.6), ..unknown("B", 50.0) },
        manhole("C", 100.0, 1.9),
        outfall("X", 150.0, 1.0),
    ];
    let low = DrainFeature { invert_to_m: Some(1.8), ..drain("Q", 50.0, 100.0) };
    let made = made(&manholes, &[drain("P", 0.0, 50.0), low, drain("R", 100.0, 150.0)]);
    let node = |name: &str| made.network.nodes.iter().find(|n| n.name == name).expect("there");
    assert_eq!(node("A").max_depth_m, 1.5);
    assert!((node("B").invert_m - 2.1).abs() < 1e-12, "1.5 m deep by default");
    assert_eq!(node("C").invert_m, 1.8, "down to its lowest drain");
    assert!(notes(&made, "B")[0].1.contains("1.5 m of depth"));
    assert!(notes(&made, "C")[0].1.contains("above its lowest drain"));
    // Nothing at all is known of a group: it has nowhere to be.
    let nowhere = [unknown("U", 300.0), unknown("V", 350.0)];
    let all = [manholes.to_vec(), nowhere.to_vec()].concat();
    let drains = [drain("R", 100.0, 150.0), drain("W", 300.0, 350.0)];
    let made = assemble(&all, &drains, &Settings::default()).expect("a network");
    assert!(notes(&made, "W").iter().any(|note| note.1.contains("has a height")));
}

#[test]
fn shapes_become_sections() {
    let check = |shape: &str, expected: Section| {
        let (width_m, height_m) = (Some(1.2), Some(0.9));
        let shape = Some(shape.to_owned());
        let drain = DrainFeature { shape, width_m, height_m, ..drain("P", 0.0, 90.0) };
        let made = made(&[manhole("A", 0.0, 2.0), outfall("X", 90.0, 1.7)], &[drain]);
        let crate::drainage::LinkKind::Conduit(conduit) = &made.network.links[0].kind else {
            panic!("a drain is a conduit");
        };
        assert_eq!(conduit.section, expected);
    };
    check("pipe", Section::Circular { diameter_m: 0.6 });
    check("box", Section::RectClosed { height_m: 0.9, width_m: 1.2 });
    check("u-channel", Section::RectOpen { height_m: 0.9, width_m: 1.2 });
    check("ditch", Section::Parabolic { height_m: 0.9, top_width_m: 1.2 });
    check("egg", Section::Egg { height_m: 0.9 });
    check("arch", Section::RectClosed { height_m: 0.9, width_m: 1.2 });
    let (left_slope, right_slope) = (1.0, 1.0);
    let trapezoid = Section::Trapezoidal { height_m: 0.9, width_m: 1.2, left_slope, right_slope };
    check("trapezoid", trapezoid);
}

#[test]
fn roughness_comes_from_the_material() {
    let plastic = DrainFeature {
        manning: Some(13.0),
        material: Some("HDPE".into()),
        ..drain("P", 0.0, 90.0)
    };
    let made = made(&[manhole("A", 0.0, 2.0), outfall("X", 90.0, 1.7)], &[plastic]);
    assert!(notes(&made, "P")[0].1.contains("0.01 was taken, of the material HDPE"));
}

#[test]
fn what_cannot_be_decided_is_refused_in_both_languages() {
    let settings = Settings::default();
    let check =
        |manholes: &[ManholeFeature], drains: &[DrainFeature], settings, words: [&str; 2]| {
            let error = assemble(manholes, drains, settings).expect_err("it is broken");
            assert!(error.why.en.contains(words[0]), "{error:?}");
            assert!(error.why.vi.contains(words[1]), "{error:?}");
        };
    let (a, p) = (manhole("A", 0.0, 2.0), drain("P", 0.0, 9.0));
    let twice = [a.clone(), a.clone()];
    check(&twice, &[], &settings, ["two manholes have the id 'A'", "hai hố ga cùng mã"]);
    check(&[], &[p.clone(), p.clone()], &settings, ["two drains have the id 'P'", "mã riêng"]);
    let mut nowhere = p.clone();
    nowhere.line[1].0 = f64::NAN;
    check(&[], &[nowhere], &settings, ["'P' has a position that is not finite", "toạ độ"]);
    check(&[a], &[], &settings, ["none of 0 drains", "không cống nào dùng được"]);
    let broken = Settings { tolerance_m: -1.0, ..settings };
    check(&[], &[p], &broken, ["tolerance_m is -1", "không âm"]);
}
