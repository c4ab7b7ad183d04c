//! What is done to a filter once, before it meets a feature: what is the same for all is worked out,
//! what one text alone decides is kept for each text, what is cheap comes first, and where in the
//! world it can be true is found for the index.

use city::Bbox;

use super::{
    Bounds, Filter, Run,
    cells::Nothing,
    shapes::widened,
    truth::{Any, List, Moments, Number, Shape, Span, Text, Truth},
};
use crate::cql2::SpatialRelation;

/// What an expression looks at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Nothing: it is the same for every feature.
    #[default]
    Nothing,
    /// The texts of one column.
    Text(usize),
    /// More than that.
    More,
}

impl Reads {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, one) | (one, Self::Nothing) => one,
            (Self::Text(a), Self::Text(b)) if a == b => self,
            _ => Self::More,
        }
    }

    fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Nothing, Self::and)
    }
}

/// The filter made quick, and how many slots its memory needs.
pub(super) fn optimised(truth: Truth) -> (Truth, usize) {
    let mut slots = 0;
    (optimise(truth, &mut slots), slots)
}

fn optimise(truth: Truth, slots: &mut usize) -> Truth {
    match reads_of(&truth) {
        Reads::Nothing => Truth::Known(known(truth)),
        Reads::Text(column) => {
            if let Truth::Memo { .. } = truth {
                // Of a filter that another was joined to: its slot may be taken.
                let slot = next(slots);
                return renumbered(truth, slot);
            }
            Truth::Memo { slot: next(slots), column, inner: Box::new(truth) }
        }
        Reads::More => match truth {
            Truth::And(all) => joined(all, false, slots),
            Truth::Or(all) => joined(all, true, slots),
            Truth::Not(inner) => Truth::Not(Box::new(optimise(*inner, slots))),
            Truth::Truths(how, two) => {
                Truth::Truths(how, Box::new(two.map(|one| optimise(one, slots))))
            }
            other => other,
        },
    }
}

fn next(slots: &mut usize) -> usize {
    *slots += 1;
    *slots - 1
}

fn renumbered(truth: Truth, slot: usize) -> Truth {
    match truth {
        Truth::Memo { column, inner, .. } => Truth::Memo { slot, column, inner },
        other => other,
    }
}

/// What is true of every feature.
fn known(truth: Truth) -> Option<bool> {
    if let Truth::Known(known) = truth {
        return known;
    }
    let filter = Filter { truth, memos: 0, reach: None, key: String::new() };
    Run::new(&filter, &Bounds::default()).truth(&filter.truth, &Nothing)
}

/// Parts of AND, which false decides, or of OR, which true does: in the order of their cost, which makes
/// no difference to what is true, and without those that decide nothing.
fn joined(all: Vec<Truth>, decisive: bool, slots: &mut usize) -> Truth {
    let mut parts: Vec<Truth> = all.into_iter().map(|one| optimise(one, slots)).collect();
    let is = |one: &Truth, flag: bool| matches!(one, Truth::Known(Some(known)) if *known == flag);
    if parts.iter().any(|one| is(one, decisive)) {
        return Truth::Known(Some(decisive));
    }
    parts.retain(|one| !is(one, !decisive));
    parts.sort_by_key(cost);
    match (parts.len(), decisive) {
        (0, _) => Truth::Known(Some(!decisive)),
        (1, _) => parts.swap_remove(0),
        (_, false) => Truth::And(parts),
        (_, true) => Truth::Or(parts),
    }
}

/// About how much work it is, to put parts in order.
fn cost(truth: &Truth) -> u32 {
    match truth {
        Truth::Known(_) => 0,
        Truth::Column(_) | Truth::Memo { .. } => 1,
        Truth::Not(inner) => cost(inner),
        Truth::And(all) | Truth::Or(all) => all.iter().map(cost).fold(1, u32::saturating_add),
        Truth::Truths(_, two) => cost(&two[0]).saturating_add(cost(&two[1])),
        Truth::Numbers(..) | Truth::Times(..) | Truth::IsNull(_) | Truth::Temporal(..) => 3,
        Truth::Texts(..) | Truth::TextIn(..) => 6,
        Truth::Like(..) | Truth::Arrays(..) => 20,
        Truth::Spatial(SpatialRelation::Intersects | SpatialRelation::Disjoint, _) => 60,
        Truth::Spatial(..) | Truth::Near(..) => 200,
    }
}

fn reads_of(truth: &Truth) -> Reads {
    match truth {
        Truth::Known(_) => Reads::Nothing,
        Truth::Column(_) => Reads::More,
        Truth::And(all) | Truth::Or(all) => Reads::all(all.iter().map(reads_of)),
        Truth::Not(inner) => reads_of(inner),
        Truth::Truths(_, two) => Reads::all(two.iter().map(reads_of)),
        Truth::Numbers(_, two) => Reads::all(two.iter().map(of_number)),
        Truth::Texts(_, two) => Reads::all(two.iter().map(of_text)),
        Truth::Times(_, two, _) => Reads::all(two.iter().map(of_moments)),
        Truth::TextIn(text, _) => of_text(text),
        Truth::Like(text, pattern, _) => of_text(text).and(of_text(pattern)),
        Truth::IsNull(any) => of_any(any),
        Truth::Spatial(_, two) => Reads::all(two.iter().map(of_shape)),
        Truth::Near(two, metres) => Reads::all(two.iter().map(of_shape)).and(of_number(metres)),
        Truth::Temporal(_, two, _) => Reads::all(two.iter().map(|span| match span {
            Span::Moment(moments) => of_moments(moments),
            Span::Interval(ends) => of_ends(ends),
        })),
        Truth::Arrays(_, two) => Reads::all(two.iter().map(of_list)),
        Truth::Memo { column, .. } => Reads::Text(*column),
    }
}

fn of_number(number: &Number) -> Reads {
    match number {
        Number::Known(_) => Reads::Nothing,
        Number::Column(_) => Reads::More,
        Number::Operation(_, two) => Reads::all(two.iter().map(of_number)),
        Number::Abs(one)
        | Number::Floor(one)
        | Number::Ceil(one)
        | Number::Round(one)
        | Number::Sqrt(one) => of_number(one),
        Number::Min(all) | Number::Max(all) | Number::Coalesce(all) => {
            Reads::all(all.iter().map(of_number))
        }
        Number::CharLength(text) => of_text(text),
        Number::Year(at) | Number::Month(at) | Number::Day(at) => of_moments(at),
        Number::Area(shape) | Number::Length(shape) => of_shape(shape),
        Number::Distance(two) => Reads::all(two.iter().map(of_shape)),
    }
}

fn of_text(text: &Text) -> Reads {
    match text {
        Text::Known(_) => Reads::Nothing,
        Text::Column(column) => Reads::Text(*column),
        Text::Folded(_, inner) | Text::Lower(inner) | Text::Upper(inner) | Text::Trim(inner) => {
            of_text(inner)
        }
        Text::Concat(all) | Text::Coalesce(all) => Reads::all(all.iter().map(of_text)),
        Text::GeometryType(shape) => of_shape(shape),
    }
}

fn of_moments(moments: &Moments) -> Reads {
    match moments {
        Moments::Known(_) => Reads::Nothing,
        Moments::Column(_) => Reads::More,
        Moments::Coalesce(all) => Reads::all(all.iter().map(of_moments)),
    }
}

fn of_ends(ends: &[Option<Moments>; 2]) -> Reads {
    Reads::all(ends.iter().flatten().map(of_moments))
}

fn of_shape(shape: &Shape) -> Reads {
    match shape {
        Shape::Own => Reads::More,
        Shape::Known(_) => Reads::Nothing,
        Shape::Centroid(inner) | Shape::Envelope(inner) => of_shape(inner),
    }
}

fn of_list(list: &List) -> Reads {
    match list {
        List::Of(all) => Reads::all(all.iter().map(of_any)),
        List::Split(two) => Reads::all(two.iter().map(of_text)),
    }
}

fn of_any(any: &Any) -> Reads {
    match any {
        Any::Truth(truth) => reads_of(truth),
        Any::Number(number) => of_number(number),
        Any::Text(text) => of_text(text),
        Any::Moment(moments, _) => of_moments(moments),
        Any::Interval(ends) => of_ends(ends),
        Any::Shape(shape) => of_shape(shape),
        Any::List(list) => of_list(list),
    }
}

/// Boxes outside of which no feature's geometry makes the filter true; `None` where that cannot be
/// told. Being unknown is not being true, so features without geometry are outside too.
pub(super) fn reach(truth: &Truth) -> Option<Vec<Bbox>> {
    match truth {
        Truth::Known(Some(true)) => None,
        Truth::Known(_) => Some(Vec::new()),
        // The smallest of those that know.
        Truth::And(all) => {
            all.iter().filter_map(reach).min_by(|a, b| area_deg2(a).total_cmp(&area_deg2(b)))
        }
        Truth::Or(all) => {
            let parts: Option<Vec<Vec<Bbox>>> = all.iter().map(reach).collect();
            let boxes: Vec<Bbox> = parts?.into_iter().flatten().collect();
            // A tree is not asked for more boxes at once than it has children in a node.
            const MANY: usize = 16;
            if boxes.len() <= MANY {
                return Some(boxes);
            }
            boxes.into_iter().reduce(|all, one| all.union(&one)).map(|whole| vec![whole])
        }
        Truth::Spatial(relation, two) if *relation != SpatialRelation::Disjoint => match &**two {
            [Shape::Own, Shape::Known(literal)] | [Shape::Known(literal), Shape::Own] => {
                Some(literal.boxes.clone())
            }
            _ => None,
        },
        Truth::Near(two, metres) => match (&**two, &**metres) {
            (
                [Shape::Own, Shape::Known(literal)] | [Shape::Known(literal), Shape::Own],
                Number::Known(metres),
            ) => Some(literal.boxes.iter().map(|one| widened(one, metres.as_f64())).collect()),
            _ => None,
        },
        _ => None,
    }
}

fn area_deg2(boxes: &[Bbox]) -> f64 {
    boxes.iter().map(|one| one.width() * one.height()).sum()
}
