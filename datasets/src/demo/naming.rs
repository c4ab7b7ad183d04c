//! Names of streets: history's for the larger, numbers within a village for the others, lanes after
//! the street they leave, country roads after the villages they join.

use std::collections::BTreeMap;

use super::{
    line, names,
    network::Streets,
    places::Places,
    road::{Class, Road},
};

/// What a lane is called that leaves no street.
pub(super) const NAMELESS_LANE: &str = "Kiệt nội khu";
/// What lanes of villages are called.
const VILLAGE_LANE: &str = "Đường xóm";

/// Names what has no name.
pub(super) fn name_streets(seed: u64, places: &Places, streets: &mut Streets) {
    let taken: Vec<String> = streets.roads.iter().map(|road| road.name.clone()).collect();
    let mut pool = names::street_names(seed, &taken).into_iter();
    let mut numbered: BTreeMap<usize, u32> = BTreeMap::new();
    let order = by_rank(streets);
    for &i in &order {
        let road = &streets.roads[i];
        let name = match road.class {
            Class::Alley if road.quarter.is_some() && !road.urban => VILLAGE_LANE.to_owned(),
            Class::Alley => match lane_name(streets, i) {
                Some(name) => name,
                None => continue,
            },
            Class::Rural if road.quarter.is_none() => country_road_name(places, road),
            Class::Rural => numbered_name(places, road, &mut numbered),
            _ => pool
                .next()
                .map_or_else(|| numbered_name(places, road, &mut numbered), ToOwned::to_owned),
        };
        streets.roads[i].name = name;
    }
    for i in order {
        if streets.roads[i].name.is_empty() {
            streets.roads[i].name = NAMELESS_LANE.into();
        }
    }
}

/// Roads without a name: the wider before the narrower, then the longer before the shorter.
fn by_rank(streets: &Streets) -> Vec<usize> {
    let nameless = (0..streets.roads.len()).filter(|&i| streets.roads[i].name.is_empty());
    let mut ranked: Vec<_> = nameless
        .map(|i| (i, &streets.roads[i]))
        .map(|(i, road)| ((road.class, !road.urban), line::length_of(&road.line), i))
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    ranked.into_iter().map(|ranked| ranked.2).collect()
}

/// "Kiệt 12 Trần Cao Vân": by the street that a lane leaves, and where it leaves it.
fn lane_name(streets: &Streets, lane: usize) -> Option<String> {
    let has_name = |parent: &&usize| !streets.roads[**parent].name.is_empty();
    let parent = &streets.roads[*streets.joins[lane].iter().flatten().find(has_name)?];
    let chainage = line::nearest_on(streets.roads[lane].line[0], &parent.line).1;
    let name = format!("Kiệt {} {}", 2 * (chainage / 4.0) as i64 + 1, parent.name);
    // A lane off a lane keeps the street's name: "Hẻm 3/12 Trần Cao Vân", not a lane of a lane's.
    Some(match name.matches("Kiệt").count() {
        0 | 1 => name,
        _ => name.replacen("Kiệt", "Hẻm", 1).replacen("Kiệt ", "/", 1).replacen(" /", "/", 1),
    })
}

/// "Đường số 3", counted anew in each village, as new quarters do.
fn numbered_name(places: &Places, road: &Road, numbered: &mut BTreeMap<usize, u32>) -> String {
    let middle = line::at(&road.line, line::length_of(&road.line) / 2.0).0;
    let number = numbered.entry(places.village_at(middle)).or_insert(0);
    *number += 1;
    format!("Đường số {number}")
}

/// After the village where a country road runs, or the two that it joins.
fn country_road_name(places: &Places, road: &Road) -> String {
    let own = |p| &places.villages[places.village_at(p)];
    let (from, to) = (own(road.line[0]), own(road.line[road.line.len() - 1]));
    if from.code == to.code {
        format!("Đường {}", super::land::lower_first(&from.name))
    } else {
        format!("Đường {} – {}", from.own_name(), to.own_name())
    }
}
