//! Expressions made simpler once it is known at which zoom a map is drawn.

use super::{Expression, Scene, Value};

/// The stops on both sides of an input, and how far it is from the first to the second
/// (MapLibre Style Specification, `interpolate`); `None` without stops.
pub(super) fn between(
    base: f64,
    input: f64,
    stops: &[(f64, Expression)],
) -> Option<(&Expression, &Expression, f64)> {
    let ((first, lowest), (_, highest)) = (stops.first()?, stops.last()?);
    if input <= *first {
        return Some((lowest, lowest, 0.0));
    }
    let Some(after) = stops.iter().position(|(stop, _)| *stop > input) else {
        return Some((highest, highest, 0.0));
    };
    let ((low, from), (high, to)) = (&stops[after - 1], &stops[after]);
    let (progress, span) = (input - low, high - low);
    let share = if (base - 1.0).abs() < 1e-9 {
        progress / span
    } else {
        (base.powf(progress) - 1.0) / (base.powf(span) - 1.0)
    };
    Some((from, to, share))
}

impl Expression {
    /// The same expression at one zoom: what no feature has a say in becomes a value.
    #[must_use]
    pub fn at_zoom(&self, zoom: f64) -> Self {
        let all = |parts: &[Self]| parts.iter().map(|part| part.at_zoom(zoom)).collect::<Vec<_>>();
        let one = |part: &Self| Box::new(part.at_zoom(zoom));
        let folded = match self {
            Self::Literal(_) | Self::Get(_) | Self::Has(_) | Self::GeometryType => self.clone(),
            Self::Zoom => Self::Literal(Value::Number(zoom)),
            Self::Coalesce(options) => Self::Coalesce(all(options)),
            Self::Case(branches, otherwise) => {
                let both = |(condition, value): &(Self, Self)| {
                    (condition.at_zoom(zoom), value.at_zoom(zoom))
                };
                Self::Case(branches.iter().map(both).collect(), one(otherwise))
            }
            Self::Match(input, arms, otherwise) => {
                let arms = arms.iter().map(|(labels, value)| (labels.clone(), value.at_zoom(zoom)));
                Self::Match(one(input), arms.collect(), one(otherwise))
            }
            Self::Step(input, first, stops) => match one(input).constant() {
                Some(input) => {
                    let passed = stops.iter().take_while(|(stop, _)| *stop <= input).last();
                    return passed.map_or(&**first, |(_, value)| value).at_zoom(zoom);
                }
                None => Self::Step(one(input), one(first), at_stops(stops, zoom)),
            },
            Self::Interpolate(base, input, stops) => match one(input).constant() {
                Some(input) => match between(*base, input, stops) {
                    Some((low, _, 0.0)) => return low.at_zoom(zoom),
                    Some((low, high, share)) => Self::Mix(one(low), one(high), share),
                    None => Self::Literal(Value::Null),
                },
                None => Self::Interpolate(*base, one(input), at_stops(stops, zoom)),
            },
            Self::Mix(low, high, share) => Self::Mix(one(low), one(high), *share),
            Self::Compare(comparison, a, b) => Self::Compare(*comparison, one(a), one(b)),
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Not(part) => Self::Not(one(part)),
            Self::In(needle, hay) => Self::In(one(needle), one(hay)),
            Self::Arithmetic(operation, parts) => Self::Arithmetic(*operation, all(parts)),
            Self::Concat(parts) => Self::Concat(all(parts)),
            Self::NumberFormat(number, least, most) => {
                Self::NumberFormat(one(number), *least, *most)
            }
            Self::Convert(conversion, options) => Self::Convert(*conversion, all(options)),
            Self::Format(pieces) => {
                let both = |(text, size): &(Self, Self)| (text.at_zoom(zoom), size.at_zoom(zoom));
                Self::Format(pieces.iter().map(both).collect())
            }
        };
        if folded.hangs_on_features() { folded } else { folded.evaluated(zoom) }
    }

    /// The number that it is whatever the feature.
    fn constant(&self) -> Option<f64> {
        match self {
            Self::Literal(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    fn evaluated(self, zoom: f64) -> Self {
        Self::Literal(self.value(&Scene::bare(zoom)).owned())
    }

    /// Whether a feature has a say in its value.
    pub fn hangs_on_features(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Zoom => false,
            Self::Get(_) | Self::Has(_) | Self::GeometryType => true,
            _ => self.parts().into_iter().any(Self::hangs_on_features),
        }
    }

    /// The expressions right below it.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Zoom | Self::Get(_) | Self::Has(_) | Self::GeometryType => {
                Vec::new()
            }
            Self::Coalesce(parts)
            | Self::All(parts)
            | Self::Any(parts)
            | Self::Arithmetic(_, parts)
            | Self::Concat(parts)
            | Self::Convert(_, parts) => parts.iter().collect(),
            Self::Case(branches, otherwise) => {
                let both = branches.iter().flat_map(|(condition, value)| [condition, value]);
                both.chain([&**otherwise]).collect()
            }
            Self::Match(input, arms, otherwise) => {
                let values = arms.iter().map(|(_, value)| value);
                values.chain([&**input, &**otherwise]).collect()
            }
            Self::Step(input, first, stops) => {
                stops.iter().map(|(_, value)| value).chain([&**input, &**first]).collect()
            }
            Self::Interpolate(_, input, stops) => {
                stops.iter().map(|(_, value)| value).chain([&**input]).collect()
            }
            Self::Mix(a, b, _) | Self::Compare(_, a, b) | Self::In(a, b) => vec![a, b],
            Self::Not(part) | Self::NumberFormat(part, ..) => vec![part],
            Self::Format(pieces) => pieces.iter().flat_map(|(text, size)| [text, size]).collect(),
        }
    }
}

fn at_stops(stops: &[(f64, Expression)], zoom: f64) -> Vec<(f64, Expression)> {
    stops.iter().map(|(stop, value)| (*stop, value.at_zoom(zoom))).collect()
}
