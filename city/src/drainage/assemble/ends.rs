//! Which manholes the ends of drains belong to.

use std::collections::{HashMap, HashSet};

use super::{DrainFeature, Spot, Treated, features::distance_m, notes::Notes};

/// Finds nodes by name and by place.
pub(super) struct Finder {
    by_name: HashMap<String, usize>,
    /// Nodes by the square of the size of the tolerance that they lie in.
    squares: HashMap<(i64, i64), Vec<usize>>,
    /// Names that are taken, by drains too.
    taken: HashSet<String>,
    tolerance_m: f64,
}

impl Finder {
    pub(super) fn new(spots: &[Spot], drains: &[DrainFeature], tolerance_m: f64) -> Self {
        let taken = drains.iter().map(|drain| drain.id.clone());
        let mut finder = Self {
            by_name: HashMap::new(),
            squares: HashMap::new(),
            taken: taken.collect(),
            tolerance_m,
        };
        spots.iter().enumerate().for_each(|(at, spot)| finder.add(at, spot));
        finder
    }

    fn add(&mut self, at: usize, spot: &Spot) {
        self.by_name.insert(spot.name.clone(), at);
        self.taken.insert(spot.name.clone());
        self.squares.entry(self.square(spot.position)).or_default().push(at);
    }

    fn square(&self, at: (f64, f64)) -> (i64, i64) {
        // Of at least a millimetre, so that a tolerance of 0 has squares too.
        let side_m = self.tolerance_m.max(1e-3);
        ((at.0 / side_m).floor() as i64, (at.1 / side_m).floor() as i64)
    }

    /// The nearest node within the tolerance, the first of several as near.
    fn near(&self, spots: &[Spot], position: (f64, f64)) -> Option<(usize, f64)> {
        let (x, y) = self.square(position);
        let squares = (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y)));
        let found = squares.filter_map(|square| self.squares.get(&square)).flatten();
        let distances = found.map(|at| (*at, distance_m(spots[*at].position, position)));
        distances
            .filter(|(_, apart_m)| *apart_m <= self.tolerance_m)
            .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
    }

    /// The nodes at the ends of a drain; none where both are one.
    pub(super) fn ends(
        &mut self,
        drain: &DrainFeature,
        spots: &mut Vec<Spot>,
        notes: &mut Notes,
    ) -> Option<[usize; 2]> {
        let (first, last) = (*drain.line.first()?, *drain.line.last()?);
        let from = self.end(drain, (&drain.from_node, first, 1), spots, notes);
        let to = self.end(drain, (&drain.to_node, last, 2), spots, notes);
        if from != to {
            return Some([from, to]);
        }
        let node = &spots[from].name;
        notes.left_out(
            &drain.id,
            format!("hai đầu cùng ở nút '{node}': hãy nối nó với hai nút khác nhau"),
            format!("begins and ends at the node '{node}': join it to two different nodes"),
        );
        None
    }

    fn end(
        &mut self,
        drain: &DrainFeature,
        (named, position, number): (&Option<String>, (f64, f64), u8),
        spots: &mut Vec<Spot>,
        notes: &mut Notes,
    ) -> usize {
        let named = named.as_deref().filter(|name| !name.trim().is_empty());
        if let Some(at) = named.and_then(|name| self.by_name.get(name)) {
            return *at;
        }
        let (vi, en) = named.map_or((String::new(), String::new()), |name| {
            (format!("nút '{name}' không có; "), format!("there is no node '{name}'; "))
        });
        if let Some((at, apart_m)) = self.near(spots, position) {
            let node = &spots[at].name;
            notes.add(
                &drain.id,
                Treated::Joined,
                format!("{vi}đầu {number} được nối vào nút '{node}' cách {apart_m:.2} m"),
                format!("{en}its end {number} was joined to the node '{node}' {apart_m:.2} m away"),
            );
            return at;
        }
        let name = self.free_name(&drain.id, number);
        let tolerance_m = self.tolerance_m;
        notes.add(
            &name,
            Treated::Made,
            format!("{vi}đầu {number} của cống '{}' không gặp hố ga nào trong {tolerance_m} m: đã tạo nút", drain.id),
            format!("{en}end {number} of the drain '{}' meets no manhole within {tolerance_m} m: a node was made", drain.id),
        );
        let spot = Spot { name, position, ground_m: None, invert_m: None, is_outfall: false };
        self.add(spots.len(), &spot);
        spots.push(spot);
        spots.len() - 1
    }

    fn free_name(&self, drain: &str, number: u8) -> String {
        let mut name = format!("{drain}/{number}");
        while self.taken.contains(&name) {
            name.push('\'');
        }
        name
    }
}
