//! The roads that were there first: the national road, the expressway, the roads to the sea, the
//! boulevards and the embankments. Everything else is cut between them.

use super::{
    country::{Country, at_coast},
    line,
    plane::{Point, length},
    road::{Class, Road},
    seed::noise,
};

/// `t` of the national road at `s`.
fn national(s: f64) -> f64 {
    -420.0 + 480.0 * (s / 4300.0 + 0.35).sin() + 130.0 * (s / 1500.0).sin()
}

/// The main roads of the country, of which the town has those that its radius reaches.
pub(super) fn main_roads(seed: u64, country: &Country, radius: f64) -> Vec<Road> {
    let far = length(country.high) + length(country.low);
    let mut roads = along_the_coast(seed, country, far);
    roads.extend(to_the_sea(seed, country, far));
    roads.extend(boulevards(radius));
    roads.extend(embankments(country, radius));
    roads.iter_mut().for_each(|road| road.line = inside(country, &road.line));
    roads.retain(|road| road.line.len() > 2);
    roads
}

/// A line by its `t` at every `s`.
fn by_s(from: f64, to: f64, step: f64, t: impl Fn(f64) -> f64) -> Vec<Point> {
    let pieces = ((to - from) / step).ceil().max(1.0) as usize;
    let knots: Vec<Point> = (0..=pieces)
        .map(|k| from + (to - from) * k as f64 / pieces as f64)
        .map(|s| at_coast(s, t(s)))
        .collect();
    line::smooth(&knots, 30.0)
}

fn by_knots(knots: &[(f64, f64)]) -> Vec<Point> {
    let points: Vec<Point> = knots.iter().map(|&(s, t)| at_coast(s, t)).collect();
    line::smooth(&points, 30.0)
}

fn along_the_coast(seed: u64, country: &Country, far: f64) -> Vec<Road> {
    let wander = |key: u64, s: f64, scale: f64| noise(seed ^ key, s / scale, 0.5);
    vec![
        Road::new(Class::National, "Quốc lộ 1", by_s(-far, far, 500.0, national)),
        Road::new(
            Class::Expressway,
            "Cao tốc Đà Nẵng – Quảng Ngãi",
            by_s(-far, far, 900.0, |s| {
                -5700.0 + 420.0 * (s / 6100.0).sin() + 250.0 * wander(0xE1, s, 3000.0)
            }),
        ),
        Road::new(
            Class::Arterial,
            "Võ Chí Công",
            by_s(-far, far, 600.0, |s| country.shore(s) - 3750.0 + 260.0 * wander(0xE2, s, 2600.0)),
        )
        .wide(38.0, 21.0),
        Road::new(
            Class::Provincial,
            "Thanh Niên",
            by_s(-far, far, 300.0, |s| country.shore(s) - 470.0 + 60.0 * wander(0xE3, s, 900.0)),
        ),
    ]
}

/// A road's name, its class, and where it runs: along the coast and across it, in metres.
type Named = (&'static str, Class, Vec<(f64, f64)>);

fn to_the_sea(seed: u64, country: &Country, far: f64) -> Vec<Road> {
    let beach = |s: f64| country.shore(s) - 470.0;
    let named: [Named; 6] = [
        (
            "Lê Thánh Tông",
            Class::Arterial,
            vec![
                (420.0, -1150.0),
                (520.0, -250.0),
                (640.0, 800.0),
                (960.0, 2300.0),
                (700.0, 4200.0),
                (850.0, 6000.0),
                (900.0, beach(900.0)),
            ],
        ),
        (
            "Điện Biên Phủ",
            Class::Arterial,
            vec![
                (1700.0, national(1700.0)),
                (1750.0, 900.0),
                (2350.0, 2500.0),
                (2500.0, 4200.0),
                (2650.0, country.shore(2650.0) - 3750.0),
            ],
        ),
        (
            "ĐT.616",
            Class::Provincial,
            vec![
                (-520.0, -1150.0),
                (-800.0, -1900.0),
                (-1500.0, -3200.0),
                (-1900.0, -5600.0),
                (-2300.0, -8000.0),
                (-2200.0, -11_500.0),
            ],
        ),
        (
            "ĐT.615",
            Class::Provincial,
            vec![
                (1250.0, -1150.0),
                (1500.0, -1900.0),
                (2300.0, -3600.0),
                (2600.0, -5700.0),
                (3000.0, -8200.0),
                (2800.0, -11_500.0),
            ],
        ),
        (
            "ĐT.618",
            Class::Provincial,
            vec![
                (-3900.0, -6200.0),
                (-4100.0, -3000.0),
                (-4300.0, national(-4300.0)),
                (-4050.0, 1500.0),
                (-4300.0, 3600.0),
                (-4150.0, 6000.0),
                (-4300.0, beach(-4300.0)),
            ],
        ),
        (
            "ĐT.614",
            Class::Provincial,
            vec![
                (5400.0, -9000.0),
                (5000.0, -5800.0),
                (5100.0, -2900.0),
                (5250.0, national(5250.0)),
                (5450.0, 1600.0),
                (5250.0, 3600.0),
                (5600.0, 6000.0),
                (5500.0, beach(5500.0)),
            ],
        ),
    ];
    let mut roads: Vec<Road> = named
        .iter()
        .map(|(name, class, knots)| Road::new(*class, *name, by_knots(knots)))
        .collect();
    let mut s: f64 = 10_200.0;
    let mut number = 619;
    while s < far {
        for side in [s, -s] {
            let knots: Vec<(f64, f64)> = (0..=12)
                .map(|k| -10_500.0 + f64::from(k) * (beach(side) + 10_500.0) / 12.0)
                .map(|t| (side + 420.0 * noise(seed ^ 0xE4, t / 2600.0, side / 1000.0), t))
                .collect();
            roads.push(Road::new(Class::Provincial, format!("ĐT.{number}"), by_knots(&knots)));
            number += 1;
        }
        s += 4700.0;
    }
    roads
}

/// The parallels of the national road and the streets across them, as far as the town reaches.
fn boulevards(radius: f64) -> Vec<Road> {
    let mut roads = Vec::new();
    let reach = (radius * 1.25).clamp(700.0, 3400.0);
    let mut parallel = |name: &str, apart: f64, reach: f64, row: f64, width: f64| {
        let t = |s: f64| {
            let ends = 1.0 - (s / reach).abs().powi(6).min(1.0);
            national(s) + apart * ends + 50.0 * (s / 900.0).sin() * ends
        };
        let line = by_s(-reach, reach, 250.0, t);
        roads.push(Road::new(Class::Arterial, name, line).wide(row, width));
    };
    parallel("Hùng Vương", 720.0, reach, 35.0, 21.0);
    parallel("Nguyễn Hoàng", -880.0, reach, 33.0, 18.0);
    if radius > 1500.0 {
        parallel("Trần Cao Vân", 370.0, reach * 0.62, 22.0, 12.0);
        parallel("Phan Bội Châu", -430.0, reach * 0.7, 24.0, 13.0);
    }
    let across: &[(&str, f64, f64, f64, f64)] = &[
        ("Huỳnh Thúc Kháng", -80.0, -1000.0, 1300.0, 20.0),
        ("Trưng Nữ Vương", -760.0, -800.0, 1250.0, 22.0),
        ("Lý Thường Kiệt", 1080.0, -1000.0, 1200.0, 22.0),
        ("Trần Quý Cáp", -1500.0, -1000.0, 900.0, 22.0),
        ("Tôn Đức Thắng", 2450.0, -900.0, 900.0, 24.0),
        ("Nguyễn Văn Trỗi", -2300.0, -900.0, 900.0, 22.0),
    ];
    for &(name, s, from, to, row) in across {
        if s.abs() < reach * 0.95 {
            let lean = 0.11 * (s / 700.0).sin();
            let knots: Vec<(f64, f64)> = (0..=6)
                .map(|k| from + (to - from) * f64::from(k) / 6.0)
                .map(|t| (s + lean * t + 45.0 * (t / 520.0 + s).sin(), t))
                .collect();
            roads.push(Road::new(Class::Arterial, name, by_knots(&knots)).wide(row, row * 0.52));
        }
    }
    roads
}

/// Streets along the rivers, where the town has reached them.
fn embankments(country: &Country, radius: f64) -> Vec<Road> {
    let mut roads = Vec::new();
    let sides = [("Bạch Đằng", "Sông Bàn Thạch", -1.0), ("Trần Hưng Đạo", "Sông Tam Kỳ", 1.0)];
    for (name, river, side) in sides {
        let Some(river) = country.rivers.iter().find(|r| r.name == river) else { continue };
        let beside = line::offset(&river.line, side);
        let shifted: Vec<Point> = river
            .line
            .iter()
            .zip(&beside)
            .enumerate()
            .map(|(i, (&p, &q))| p + (q - p) * (river.half[i] + 42.0))
            .filter(|p| length(*p) < radius * 1.35 + 300.0)
            .collect();
        let thinned: Vec<Point> = shifted.iter().copied().step_by(7).collect();
        if line::length_of(&thinned) > 900.0 {
            roads.push(
                Road::new(Class::Arterial, name, line::smooth(&thinned, 30.0)).wide(20.5, 10.5),
            );
        }
    }
    roads
}

/// The longest stretch of a line within the country.
fn inside(country: &Country, line: &[Point]) -> Vec<Point> {
    let within = |p: &Point| {
        p.x > country.low.x && p.x < country.high.x && p.y > country.low.y && p.y < country.high.y
    };
    let mut best: &[Point] = &[];
    for run in line.chunk_by(|a, b| within(a) == within(b)) {
        if run.len() > best.len() && run.iter().all(within) {
            best = run;
        }
    }
    best.to_vec()
}
