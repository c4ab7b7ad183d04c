//! Filters as a closed tree over the columns of one layer.

use city::{FeatureId, Value};
use geo::{Relate, algorithm::relate::PreparedGeometry};
use geo_types::Geometry;

use super::compare::{Pattern, order};
use crate::store::{FeatureRef, Region, Shape};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A relation of a feature's geometry to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Intersects,
    Disjoint,
    Within,
    Contains,
    Touches,
    Crosses,
    Overlaps,
    Equals,
}

/// Which features are wanted.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// A column, by its position in the view, against a value; for texts whether case counts.
    Compare {
        column: usize,
        comparison: Comparison,
        value: Value,
        match_case: bool,
    },
    Between {
        column: usize,
        low: Value,
        high: Value,
    },
    Like {
        column: usize,
        pattern: Pattern,
    },
    Null(usize),
    Ids(Vec<FeatureId>),
    /// Touching a box or its outline in another frame.
    Region(Region),
    /// A relation to a geometry in longitude and latitude.
    Spatial(Relation, Box<Geometry<f64>>),
}

impl Filter {
    /// Whether a feature is wanted. What compares with no value holds for none.
    pub(super) fn takes(&self, feature: FeatureRef<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.takes(feature)),
            Self::Or(parts) => parts.iter().any(|part| part.takes(feature)),
            Self::Not(part) => !part.takes(feature),
            Self::Compare { column, comparison, value, match_case } => {
                order(feature.value(*column), value.into(), *match_case)
                    .is_some_and(|found| comparison.holds(found))
            }
            Self::Between { column, low, high } => {
                let own = feature.value(*column);
                let after = order(own, low.into(), true).is_some_and(|found| found.is_ge());
                after && order(own, high.into(), true).is_some_and(|found| found.is_le())
            }
            Self::Like { column, pattern } => {
                feature.value(*column).as_text().is_some_and(|text| pattern.matches(text))
            }
            Self::Null(column) => feature.value(*column).is_null(),
            Self::Ids(ids) => ids.contains(&feature.id()),
            Self::Region(region) => region.touches(feature.geometry()),
            Self::Spatial(relation, other) => relation.holds(feature, other),
        }
    }

    /// A region outside of which nothing is wanted, so that the index is asked; `None` for everywhere.
    pub(super) fn region(&self) -> Option<Region> {
        match self {
            Self::Region(region) => Some(region.clone()),
            Self::Spatial(relation, geometry) if *relation != Relation::Disjoint => {
                around(geometry)
            }
            Self::And(parts) => parts.iter().find_map(Self::region),
            _ => None,
        }
    }

    /// The identifiers outside of which nothing is wanted.
    pub(super) fn ids(&self) -> Option<&[FeatureId]> {
        match self {
            Self::Ids(ids) => Some(ids),
            Self::And(parts) => parts.iter().find_map(Self::ids),
            _ => None,
        }
    }

    /// Whether the region says all, so that features are counted by the index.
    pub(super) fn is_region(&self) -> bool {
        matches!(self, Self::Region(_))
    }
}

fn around(geometry: &Geometry<f64>) -> Option<Region> {
    use geo::BoundingRect;
    let rect = geometry.bounding_rect()?;
    let (min, max) = (rect.min(), rect.max());
    city::Bbox::new(min.x, min.y, max.x, max.y).ok().map(|bbox| Region::Boxes(vec![bbox]))
}

impl Comparison {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Relation {
    fn holds(self, feature: FeatureRef<'_>, other: &Geometry<f64>) -> bool {
        let geometry = feature.geometry();
        if geometry.shape() == Shape::Empty {
            return false;
        }
        let own = geometry.to_geo();
        if self == Self::Intersects {
            return geo::Intersects::intersects(&own, other);
        }
        let own = PreparedGeometry::from(&own);
        let matrix = own.relate(other);
        match self {
            Self::Intersects => matrix.is_intersects(),
            Self::Disjoint => matrix.is_disjoint(),
            Self::Within => matrix.is_within(),
            Self::Contains => matrix.is_contains(),
            Self::Touches => matrix.is_touches(),
            Self::Crosses => matrix.is_crosses(),
            Self::Overlaps => matrix.is_overlaps(),
            Self::Equals => matrix.is_equal_topo(),
        }
    }
}
