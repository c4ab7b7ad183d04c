use super::{
    along, block,
    room::{Room, Span},
};
use crate::render::{
    expression::Value,
    fonts::{SystemLetters, Writer},
};

const PLAIN: (bool, bool) = (false, false);

fn set(text: &str, anchor: &str, max_width: f32) -> block::Block {
    let letters = SystemLetters::default();
    let mut writer = Writer::new(letters.get().unwrap());
    let lines = block::lines_of(&Value::Text(text.into()));
    let how = block::How {
        max_width,
        line_height: 1.2,
        spacing: 0.0,
        anchor: anchor.into(),
        offset: (0.0, 0.0),
    };
    block::set(&mut writer, PLAIN, &lines, &how)
}

#[test]
fn a_long_name_is_broken_between_words_into_even_lines() {
    let one = set("Trường Tiểu học Trần Quốc Toản", "center", 100.0);
    let three = set("Trường Tiểu học Trần Quốc Toản", "center", 6.0);
    assert!((one.edges[3] - one.edges[1] - 1.2).abs() < 1e-5);
    assert!((three.edges[3] - three.edges[1] - 3.6).abs() < 1e-5);
    assert!(three.edges[2] - three.edges[0] <= 6.0);
    // A space before a break is not written.
    assert_eq!(one.letters.len() - three.letters.len(), 2);
}

#[test]
fn an_anchor_is_the_part_of_the_text_that_stands_at_the_point() {
    let top = set("Tam Kỳ", "top", 10.0).edges;
    assert_eq!((top[1], top[3]), (0.0, 1.2));
    let bottom_right = set("Tam Kỳ", "bottom-right", 10.0).edges;
    assert_eq!((bottom_right[2], bottom_right[3]), (0.0, 0.0));
    let centre = set("Tam Kỳ", "center", 10.0).edges;
    assert!((centre[0] + centre[2]).abs() < 1e-5 && (centre[1] + centre[3]).abs() < 1e-5);
}

#[test]
fn pieces_and_breaks_become_lines_with_their_sizes() {
    let pieces = vec![("12".into(), 1.0), ("\n".into(), 1.0), ("ODT".into(), 0.8)];
    let lines = block::lines_of(&Value::Pieces(pieces));
    assert_eq!(lines, [("12".to_owned(), 1.0), ("ODT".to_owned(), 0.8)]);
    let nothing = vec![("".into(), 1.0), ("\n".into(), 1.0), (" ".into(), 1.0)];
    assert!(block::lines_of(&Value::Pieces(nothing)).is_empty());
    assert!(block::lines_of(&Value::Null).is_empty());
}

#[test]
fn a_name_stands_inside_of_a_bay_and_not_on_the_water() {
    let bay: &[[f32; 2]] = &[
        [0.0, 0.0],
        [100.0, 0.0],
        [100.0, 100.0],
        [70.0, 100.0],
        [70.0, 20.0],
        [20.0, 20.0],
        [20.0, 100.0],
        [0.0, 100.0],
    ];
    let [x, y] = block::inside(&[bay], None).unwrap();
    assert!((70.0..100.0).contains(&x) && (20.0..100.0).contains(&y), "{x} {y}");
    // Of what is seen: the upper left corner alone.
    let [x, y] = block::inside(&[bay], Some([50.0, 15.0])).unwrap();
    assert!((0.0..50.0).contains(&x) && (0.0..15.0).contains(&y), "{x} {y}");
    assert!(block::inside(&[], None).is_none());
}

#[test]
fn pieces_of_a_road_are_joined_and_a_side_road_is_not() {
    let piece = |a: [f32; 2], b: [f32; 2]| vec![a, b];
    let lines = vec![
        piece([50.0, 0.0], [100.0, 0.0]),
        piece([50.0, 0.0], [0.0, 0.0]),
        piece([150.0, 5.0], [100.0, 0.0]),
        piece([50.0, 0.0], [50.0, 80.0]),
    ];
    let mut lengths: Vec<f32> =
        along::joined(lines).iter().map(|line| along::length(line).round()).collect();
    lengths.sort_by(f32::total_cmp);
    assert_eq!(lengths, [80.0, 150.0]);
}

#[test]
fn letters_along_a_line_stand_upright_and_never_turn_too_sharply() {
    let letters = SystemLetters::default();
    let mut writer = Writer::new(letters.get().unwrap());
    let (name, width) = writer.line("Trần Phú", PLAIN, 0.0);
    let size = 10.0;
    let place = |line: &[[f32; 2]], middle: f32| {
        along::place(line, &name, (middle, width * size), size, 0.6)
    };
    let west = [[200.0, 0.0], [0.0, 0.0]];
    let placed = place(&west, 100.0).unwrap();
    assert!(placed.letters.iter().all(|(_, _, angle)| angle.abs() < 1e-5));
    assert!(placed.letters[0].1[0] < placed.letters[7].1[0]);
    // A right angle in the middle of the name.
    let corner = [[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]];
    assert!(place(&corner, 100.0).is_none());
    assert!(place(&corner, 50.0).is_some());
    assert!(place(&corner, 5.0).is_none(), "it would begin before the line");
    // Straight up, where neither end is the left one.
    assert!(place(&[[0.0, 100.0], [0.0, 0.0]], 50.0).is_some());
}

#[test]
fn what_is_taken_is_free_no_more() {
    let mut room = Room::new((200, 100));
    let span = |x: f32| Span { min: [x, 10.0], max: [x + 50.0, 30.0], padding: 2.0 };
    assert!(room.is_free(&[span(10.0)]));
    room.take(&[span(10.0)]);
    assert!(!room.is_free(&[span(60.0)]), "the padding of both");
    assert!(room.is_free(&[span(65.0)]));
    assert!(room.holds(&span(150.0)) && !room.holds(&span(151.0)) && !room.holds(&span(-1.0)));
}
