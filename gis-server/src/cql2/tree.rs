//! A filter as a tree.

use city::{Instant, time::Date};
use geo_types::Geometry;

use super::{
    Arithmetic, ArrayRelation, Comparison, Cql2Error, Folding, MAX_DEPTH, Place, SpatialRelation,
    TemporalRelation,
};

/// An expression and where it stands. Equal nodes say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it says.
    pub expr: Expr,
    /// Where.
    pub place: Place,
    depth: u16,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

/// What a node says. Negated forms such as `NOT IN` are [`Not`](Self::Not) over the plain one.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Two or more, all of which must hold.
    And(Vec<Node>),
    /// Two or more, one of which must hold.
    Or(Vec<Node>),
    /// The contrary.
    Not(Box<Node>),
    /// A comparison of scalars.
    Compare(Comparison, Box<[Node; 2]>),
    /// Whether a text fits a pattern.
    Like(Box<[Node; 2]>),
    /// Whether the first lies from the second to the third.
    Between(Box<[Node; 3]>),
    /// Whether a scalar is one of a list.
    In(Box<Node>, Vec<Node>),
    /// Whether there is no value.
    IsNull(Box<Node>),
    /// A comparison of geometries.
    Spatial(SpatialRelation, Box<[Node; 2]>),
    /// A comparison of instants and intervals.
    Temporal(TemporalRelation, Box<[Node; 2]>),
    /// A comparison of arrays.
    Arrays(ArrayRelation, Box<[Node; 2]>),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A date.
    Date(Date),
    /// An instant.
    Timestamp(Instant),
    /// From one end to another, both of which belong to it.
    Interval(Box<[End; 2]>),
    /// A geometry, in the coordinates of the filter's own system; heights are left out.
    Geometry(Geometry<f64>),
    /// A box: lower corner, upper corner, in the order of the axes of the filter's system.
    Bbox([f64; 4]),
    /// Several values.
    Array(Vec<Node>),
    /// The value of a property.
    Property(String),
    /// What a function gives.
    Function(String, Vec<Node>),
    /// A text without some of its differences.
    Folded(Folding, Box<Node>),
    /// An operation on two numbers.
    Arithmetic(Arithmetic, Box<[Node; 2]>),
}

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Without point and exponent.
    Integer(i64),
    /// With one, or beyond 64 bits; finite.
    Real(f64),
}

/// An end of an interval.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// `..`: there is none.
    Open,
    /// A date, a timestamp, a property or a function.
    At(Node),
}

impl Node {
    /// A node.
    ///
    /// # Errors
    /// That it nests deeper than [`MAX_DEPTH`].
    pub(super) fn new(expr: Expr, place: Place) -> Result<Self, Cql2Error> {
        let below = expr.children().map(|child| child.depth).max().unwrap_or(0);
        let depth = below + 1;
        if usize::from(depth) > MAX_DEPTH {
            return Err(too_deep(place));
        }
        Ok(Self { expr, place, depth })
    }
}

/// The error of what nests too deep.
pub(super) fn too_deep(place: Place) -> Cql2Error {
    Cql2Error::new(
        place,
        format!("bộ lọc lồng nhau quá {MAX_DEPTH} tầng; hãy viết phẳng hơn"),
        format!("the filter nests deeper than {MAX_DEPTH} levels; write it flatter"),
    )
}

impl Expr {
    fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match self {
            Self::And(all) | Self::Or(all) | Self::Array(all) | Self::Function(_, all) => {
                Box::new(all.iter())
            }
            Self::Not(one) | Self::IsNull(one) | Self::Folded(_, one) => {
                Box::new(std::iter::once(&**one))
            }
            Self::Compare(_, two)
            | Self::Like(two)
            | Self::Spatial(_, two)
            | Self::Temporal(_, two)
            | Self::Arrays(_, two)
            | Self::Arithmetic(_, two) => Box::new(two.iter()),
            Self::Between(three) => Box::new(three.iter()),
            Self::In(one, list) => Box::new(std::iter::once(&**one).chain(list)),
            Self::Interval(ends) => Box::new(ends.iter().filter_map(|end| match end {
                End::Open => None,
                End::At(node) => Some(node),
            })),
            Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Date(_)
            | Self::Timestamp(_)
            | Self::Geometry(_)
            | Self::Bbox(_)
            | Self::Property(_) => Box::new(std::iter::empty()),
        }
    }
}
