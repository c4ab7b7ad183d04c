//! The classes of features that a style layer tells apart.

use crate::{
    ows::Xml,
    render::expression::{Column, Expression, Value},
};

/// A class: a column with the values that it has in it; none for all others, or where there is no column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Class {
    column: Option<Column>,
    /// Its values; of the class of all others none.
    labels: Vec<Value<'static>>,
    is_rest: bool,
}

/// The classes of values: those of the first column that a `match` asks, and one for the rest.
pub(super) fn of(values: &[&Expression]) -> Vec<Class> {
    let mut found: Option<Column> = None;
    let mut labels: Vec<Vec<Value<'static>>> = Vec::new();
    for value in values {
        collect(value, &mut found, &mut labels);
    }
    let rest = Class { column: found.clone(), labels: Vec::new(), is_rest: true };
    let Some(column) = found else { return vec![rest] };
    // Two values may group the same labels otherwise: what stands in one group in both is one class.
    let mut classes: Vec<Class> = Vec::new();
    for group in labels {
        let mut left = group;
        let mut split = Vec::new();
        for class in &mut classes {
            let (inside, outside): (Vec<_>, Vec<_>) =
                class.labels.drain(..).partition(|label| left.contains(label));
            left.retain(|label| !inside.contains(label));
            if inside.is_empty() || outside.is_empty() {
                class.labels = if inside.is_empty() { outside } else { inside };
            } else {
                class.labels = inside;
                split.push(Class { labels: outside, ..class.clone() });
            }
        }
        classes.extend(split);
        if !left.is_empty() {
            classes.push(Class { column: Some(column.clone()), labels: left, is_rest: false });
        }
    }
    classes.push(rest);
    classes
}

/// The column that an input of `match` asks, also where another value stands for none.
fn column_of(input: &Expression) -> Option<&Column> {
    match input {
        Expression::Get(column) => Some(column),
        Expression::Coalesce(options) => match options.first() {
            Some(Expression::Get(column)) => Some(column),
            _ => None,
        },
        Expression::Convert(_, options) => options.first().and_then(column_of),
        _ => None,
    }
}

fn collect(
    expression: &Expression,
    found: &mut Option<Column>,
    labels: &mut Vec<Vec<Value<'static>>>,
) {
    if let Expression::Match(input, arms, _) = expression
        && let Some(column) = column_of(input)
        && found.as_ref().is_none_or(|known| known == column)
    {
        *found = Some(column.clone());
        labels.extend(arms.iter().map(|(labels, _)| labels.clone()));
    }
    expression.parts().into_iter().for_each(|part| collect(part, found, labels));
}

impl Class {
    /// A name for legends: its first values.
    pub(super) fn name(&self) -> Option<String> {
        let texts: Vec<String> =
            self.labels.iter().take(4).map(|label| label.clone().to_text().into_owned()).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    /// An expression of which the class is known: as for its first value; what asks further of a feature
    /// stays.
    pub(super) fn known(&self, expression: &Expression) -> Expression {
        let Some(column) = &self.column else { return expression.clone() };
        let value = match self.labels.first() {
            Some(label) => Expression::Literal(label.clone()),
            // A value that no label has.
            None => Expression::Literal(Value::Text("\u{0}".into())),
        };
        // Only inputs of matches are replaced: `has` and texts ask the feature itself.
        replace(expression, column, &value).at_zoom(14.0)
    }
}

fn replace(expression: &Expression, column: &Column, value: &Expression) -> Expression {
    let one = |part: &Expression| Box::new(replace(part, column, value));
    let all =
        |parts: &[Expression]| parts.iter().map(|part| replace(part, column, value)).collect();
    match expression {
        Expression::Match(input, arms, otherwise) => {
            let input =
                if column_of(input) == Some(column) { Box::new(value.clone()) } else { one(input) };
            let arms = arms.iter().map(|(l, v)| (l.clone(), replace(v, column, value))).collect();
            Expression::Match(input, arms, one(otherwise))
        }
        Expression::Case(branches, otherwise) => Expression::Case(
            branches
                .iter()
                .map(|(c, v)| (replace(c, column, value), replace(v, column, value)))
                .collect(),
            one(otherwise),
        ),
        Expression::All(parts) => Expression::All(all(parts)),
        Expression::Any(parts) => Expression::Any(all(parts)),
        Expression::Coalesce(parts) => Expression::Coalesce(all(parts)),
        Expression::Arithmetic(operation, parts) => Expression::Arithmetic(*operation, all(parts)),
        Expression::Not(part) => Expression::Not(one(part)),
        Expression::Mix(a, b, share) => Expression::Mix(one(a), one(b), *share),
        other => other.clone(),
    }
}

/// Writes the filter of a rule: the class's values, and what else the style layer asks that can be said.
pub(super) fn write_filter(
    xml: &mut Xml,
    class: &Class,
    classes: &[Class],
    filter: Option<&Expression>,
) {
    let mut own = Xml::part();
    let mut conditions = 0;
    if let Some(column) = &class.column {
        if class.is_rest {
            let taken: Vec<&Value<'_>> = classes.iter().flat_map(|other| &other.labels).collect();
            if !taken.is_empty() {
                own.open("ogc:Not", &[]);
                one_of(&mut own, &column.name, &taken);
                own.close("ogc:Not");
                conditions += 1;
            }
        } else {
            one_of(&mut own, &column.name, &class.labels.iter().collect::<Vec<_>>());
            conditions += 1;
        }
    }
    if let Some(filter) = filter {
        conditions += usize::from(condition(&mut own, filter));
    }
    if conditions == 0 {
        return;
    }
    xml.open("ogc:Filter", &[]);
    if conditions > 1 {
        xml.open("ogc:And", &[]);
    }
    xml.raw(&own.finish());
    if conditions > 1 {
        xml.close("ogc:And");
    }
    xml.close("ogc:Filter");
}

fn one_of(xml: &mut Xml, column: &str, labels: &[&Value<'_>]) {
    if labels.len() > 1 {
        xml.open("ogc:Or", &[]);
    }
    for label in labels {
        compare(xml, "ogc:PropertyIsEqualTo", column, label);
    }
    if labels.len() > 1 {
        xml.close("ogc:Or");
    }
}

fn compare(xml: &mut Xml, element: &str, column: &str, value: &Value<'_>) {
    xml.open(element, &[]);
    xml.leaf("ogc:PropertyName", &[], column);
    xml.leaf("ogc:Literal", &[], &value.clone().to_text());
    xml.close(element);
}

/// Writes a condition, where it can be said; gives whether it was.
fn condition(xml: &mut Xml, filter: &Expression) -> bool {
    use crate::render::expression::Comparison;
    match filter {
        Expression::Has(column) => {
            xml.open("ogc:Not", &[]);
            xml.open("ogc:PropertyIsNull", &[]);
            xml.leaf("ogc:PropertyName", &[], &column.name);
            xml.close("ogc:PropertyIsNull");
            xml.close("ogc:Not");
            true
        }
        Expression::Compare(comparison, input, literal) => {
            let (Some(column), Expression::Literal(value)) = (column_of(input), &**literal) else {
                return false;
            };
            let element = match comparison {
                Comparison::Equal => "ogc:PropertyIsEqualTo",
                Comparison::Unequal => "ogc:PropertyIsNotEqualTo",
                Comparison::Less => "ogc:PropertyIsLessThan",
                Comparison::LessOrEqual => "ogc:PropertyIsLessThanOrEqualTo",
                Comparison::Greater => "ogc:PropertyIsGreaterThan",
                Comparison::GreaterOrEqual => "ogc:PropertyIsGreaterThanOrEqualTo",
            };
            compare(xml, element, &column.name, value);
            true
        }
        Expression::All(parts) => {
            let said: Vec<Vec<u8>> = parts
                .iter()
                .filter_map(|part| {
                    let mut own = Xml::part();
                    condition(&mut own, part).then(|| own.finish())
                })
                .collect();
            if said.len() > 1 {
                xml.open("ogc:And", &[]);
            }
            said.iter().for_each(|part| xml.raw(part));
            if said.len() > 1 {
                xml.close("ogc:And");
            }
            !said.is_empty()
        }
        _ => false,
    }
}
