//! Which blocks of a quarter or a village belong to everyone: schools, markets, halls, parks.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    plane::area,
    purpose::Purpose,
    quarter::{Kind, Quarter},
    seed::unit,
    streets::Block,
};

/// Gives some blocks to the public: the choice goes by size and chance.
pub(super) fn public_blocks(quarter: &Quarter, rng: &mut ChaCha8Rng, blocks: &mut [Block]) {
    let mut free: Vec<usize> = (0..blocks.len()).collect();
    free.sort_by(|&a, &b| {
        area(&blocks[b].ring)
            .total_cmp(&area(&blocks[a].ring))
            .then(blocks[a].key.cmp(&blocks[b].key))
    });
    let mut free = free.into_iter();
    let mut give = |purpose: Purpose, least_m2: f64| {
        if let Some(i) = free.next().filter(|&i| area(&blocks[i].ring) > least_m2) {
            blocks[i].purpose = purpose;
        }
    };
    if quarter.kind == Kind::Civic {
        for purpose in [
            Purpose::CityHall,
            Purpose::Square,
            Purpose::Committee,
            Purpose::Hospital,
            Purpose::Park,
        ] {
            give(purpose, 1500.0);
        }
        return;
    }
    let wishes: &[(Purpose, f64, f64)] = match quarter.kind {
        Kind::Old => &[
            (Purpose::Market, 0.25, 2500.0),
            (Purpose::School, 0.4, 2500.0),
            (Purpose::Pagoda, 0.35, 1200.0),
            (Purpose::Committee, 0.2, 1500.0),
            (Purpose::Shops, 0.5, 1200.0),
            (Purpose::Park, 0.25, 1000.0),
        ],
        Kind::Suburb => &[
            (Purpose::School, 0.3, 3500.0),
            (Purpose::Hall, 0.5, 1500.0),
            (Purpose::Committee, 0.12, 2000.0),
            (Purpose::Market, 0.12, 2500.0),
            (Purpose::Pagoda, 0.15, 2000.0),
        ],
        _ => &[
            (Purpose::School, 0.4, 4500.0),
            (Purpose::Park, 0.45, 2500.0),
            (Purpose::Kindergarten, 0.35, 2500.0),
            (Purpose::Committee, 0.15, 2500.0),
            (Purpose::Health, 0.15, 2000.0),
            (Purpose::Market, 0.15, 3000.0),
            (Purpose::Hall, 0.25, 1500.0),
            (Purpose::Shops, 0.3, 2000.0),
        ],
    };
    for &(purpose, chance, least_m2) in wishes {
        if rng.random_bool(chance) {
            give(purpose, least_m2);
        }
    }
    if quarter.kind == Kind::New {
        let villas = rng.random_range(0.1..0.4);
        for block in blocks.iter_mut().filter(|block| block.purpose == Purpose::Tube) {
            if unit(quarter.key, block.key) < villas {
                block.purpose = Purpose::Villa;
            }
        }
    }
}

/// Gives some of a village's smaller blocks to everyone.
pub(super) fn village_commons(rng: &mut ChaCha8Rng, blocks: &mut [Block]) {
    let wishes = [
        (Purpose::Hall, 0.55),
        (Purpose::School, 0.22),
        (Purpose::Health, 0.06),
        (Purpose::Pagoda, 0.2),
        (Purpose::Market, 0.07),
        (Purpose::Committee, 0.06),
    ];
    let mut smallest: Vec<usize> =
        (0..blocks.len()).filter(|&i| area(&blocks[i].ring) > 1800.0).collect();
    smallest.sort_by(|&a, &b| area(&blocks[a].ring).total_cmp(&area(&blocks[b].ring)));
    let mut free = smallest.into_iter();
    for (purpose, chance) in wishes {
        if blocks.len() > 3 && rng.random_bool(chance) {
            let Some(i) = free.next() else { return };
            blocks[i].purpose = purpose;
        }
    }
}
