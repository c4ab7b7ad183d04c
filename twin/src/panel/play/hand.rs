//! The hand that places things by clicks.

use bevy::prelude::*;

use crate::{
    flood::play::{Breach, Player, PumpSite, Source, Wall},
    words::Language,
};

/// What the next click places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placing {
    Source,
    Wall,
    Breach,
    Pump,
}

impl Placing {
    pub(super) const ALL: [Self; 4] = [Self::Source, Self::Wall, Self::Breach, Self::Pump];

    pub(super) fn title(self, language: Language) -> &'static str {
        match self {
            Self::Source => language.of("Nguồn nước", "Source"),
            Self::Wall => language.of("Tường, đê", "Wall, levee"),
            Self::Breach => language.of("Vỡ đê", "Breach"),
            Self::Pump => language.of("Máy bơm", "Pump"),
        }
    }

    pub(super) fn advice(self, language: Language) -> &'static str {
        match self {
            Self::Source => language.of("Bấm vào nơi nước tràn vào", "Click where water comes in"),
            Self::Wall => language
                .of("Bấm từng điểm của tường, rồi Xong", "Click the wall's points, then Done"),
            Self::Breach => {
                language.of("Bấm vào tường, nơi vỡ", "Click on a wall, where it gives way")
            }
            Self::Pump => language.of(
                "Bấm nơi hút, rồi nơi xả (Xong: bơm ra ngoài vùng)",
                "Click where it takes from, then where it lifts to (Done: out of the area)",
            ),
        }
    }
}

/// The hand that places, and its numbers.
#[derive(Debug, Resource)]
pub(in crate::panel) struct Hand {
    pub(super) holds: Option<Placing>,
    /// Longitude and latitude of what was clicked.
    pub(super) points: Vec<[f64; 2]>,
    pub(super) discharge_m3_s: f64,
    pub(super) height_m: f64,
    pub(super) width_m: f64,
    pub(super) capacity_m3_s: f64,
}

impl Default for Hand {
    fn default() -> Self {
        Self {
            holds: None,
            points: Vec::new(),
            discharge_m3_s: 20.0,
            height_m: 1.5,
            width_m: 20.0,
            capacity_m3_s: 2.0,
        }
    }
}

impl Hand {
    /// Takes a click, if something is to be placed.
    pub(in crate::panel) fn click(&mut self, at: Option<[f64; 2]>, player: &mut Player) -> bool {
        let Some(placing) = self.holds else { return false };
        let Some(at) = at else { return true };
        self.points.push(at);
        let is_whole = match placing {
            Placing::Source | Placing::Breach => true,
            Placing::Pump => self.points.len() == 2,
            Placing::Wall => false,
        };
        if is_whole {
            self.place(player);
        }
        true
    }

    /// Places what was clicked.
    pub(super) fn place(&mut self, player: &mut Player) {
        let points = std::mem::take(&mut self.points);
        let now_s = player.time_s();
        let measures = &mut player.measures;
        match (self.holds, points.as_slice()) {
            (Some(Placing::Source), [at, ..]) => {
                measures.sources.push(Source { at: *at, discharge_m3_s: self.discharge_m3_s });
            }
            (Some(Placing::Wall), [_, _, ..]) => {
                let (line, height_m) = (points, self.height_m);
                measures.walls.push(Wall { line, height_m, breaches: Vec::new() });
            }
            (Some(Placing::Pump), [from, rest @ ..]) => {
                let to = rest.first().copied();
                let capacity_m3_s = self.capacity_m3_s;
                measures.pumps.push(PumpSite { from: *from, to, capacity_m3_s });
            }
            (Some(Placing::Breach), [at, ..]) => {
                let breach = Breach { at: *at, width_m: self.width_m, from_s: now_s };
                match nearest(&mut measures.walls, *at) {
                    Some(wall) => wall.breaches.push(breach),
                    None => return,
                }
            }
            _ => return,
        }
        player.change();
    }
}

/// The wall one of whose sides is nearest to a place.
fn nearest(walls: &mut [Wall], at: [f64; 2]) -> Option<&mut Wall> {
    use geo::{Distance, Euclidean};
    use geo_types::{LineString, Point};
    // Degrees of longitude are shorter; within a town the same everywhere.
    let squeeze = at[1].to_radians().cos();
    let flat = |[lon, lat]: [f64; 2]| (lon * squeeze, lat);
    let away = |wall: &Wall| {
        let line: LineString<f64> = wall.line.iter().map(|place| flat(*place)).collect();
        Euclidean.distance(&Point::from(flat(at)), &line)
    };
    walls.iter_mut().min_by(|a, b| away(a).total_cmp(&away(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flood::play::Measures;

    #[test]
    fn clicks_place_what_is_in_the_hand() {
        let (mut hand, mut player) = (Hand::default(), Player::default());
        assert!(!hand.click(Some([108.0, 15.0]), &mut player), "an empty hand takes no click");
        hand.holds = Some(Placing::Source);
        assert!(hand.click(Some([108.0, 15.0]), &mut player));
        hand.holds = Some(Placing::Wall);
        for lon in [108.0, 108.001, 108.002] {
            assert!(hand.click(Some([lon, 15.0]), &mut player));
        }
        hand.place(&mut player);
        for lat in [15.0, 15.01] {
            hand.holds = Some(Placing::Wall);
            hand.points = vec![[108.0, lat + 0.02], [108.002, lat + 0.02]];
            hand.place(&mut player);
        }
        hand.holds = Some(Placing::Breach);
        assert!(hand.click(Some([108.0011, 15.0201]), &mut player));
        hand.holds = Some(Placing::Pump);
        hand.click(Some([108.0, 15.0]), &mut player);
        hand.click(Some([108.001, 15.0]), &mut player);
        let Measures { sources, walls, pumps, .. } = &player.measures;
        assert_eq!((sources.len(), walls.len(), pumps.len()), (1, 3, 1));
        assert_eq!(walls[0].line.len(), 3);
        let breaches: Vec<usize> = walls.iter().map(|wall| wall.breaches.len()).collect();
        assert_eq!(breaches, [0, 1, 0], "the wall that is nearest to the click");
        assert!(player.measures.check().is_ok());
    }
}
