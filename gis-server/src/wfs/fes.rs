//! Filters out of FES 2.0.

use city::{FeatureId, PropertyType, Value};

use super::{
    compare::Pattern,
    filter::{Comparison, Filter, Relation},
    geometry,
    gml::{element_name, id_of},
    node::Node,
    srs::Srs,
};
use crate::{
    ows::{Exception, kvp::shown},
    store::{LayerView, parse_value},
};

/// Reads the filters of one layer.
pub(super) struct Fes<'a> {
    pub(super) view: &'a LayerView,
    /// The system of geometries that name none.
    pub(super) usual: Srs,
}

impl Fes<'_> {
    /// Reads `fes:Filter`.
    pub(super) fn read(&self, node: &Node) -> Result<Filter, Exception> {
        if node.name != "Filter" {
            return Err(unknown(node));
        }
        let mut parts: Vec<Filter> = Vec::new();
        let (ids, others): (Vec<&Node>, Vec<&Node>) =
            node.children.iter().partition(|child| is_id(child));
        if !ids.is_empty() {
            parts.push(Filter::Ids(ids.into_iter().filter_map(|id| self.id(id)).collect()));
        }
        for other in others {
            parts.push(self.part(other)?);
        }
        match parts.len() {
            0 => Err(wrong("Filter", "bộ lọc trống", "the filter is empty")),
            _ => Ok(Filter::And(parts)),
        }
    }

    fn part(&self, node: &Node) -> Result<Filter, Exception> {
        let all =
            || node.children.iter().map(|child| self.part(child)).collect::<Result<Vec<_>, _>>();
        if let Some(comparison) = comparison(&node.name) {
            return self.comparison(node, comparison);
        }
        if let Some(relation) = relation(&node.name) {
            return self.spatial(node, relation);
        }
        match node.name.as_str() {
            "And" => all().map(Filter::And),
            "Or" => all().map(Filter::Or),
            "Not" => match &node.children[..] {
                [one] => Ok(Filter::Not(Box::new(self.part(one)?))),
                _ => Err(wrong("Not", "cần đúng một điều kiện", "takes one condition")),
            },
            "PropertyIsBetween" => self.between(node),
            "PropertyIsLike" => self.like(node),
            "PropertyIsNull" | "PropertyIsNil" => Ok(Filter::Null(self.column(reference(node)?)?)),
            "BBOX" => self.bbox(node),
            _ if is_id(node) => Ok(Filter::Ids(self.id(node).into_iter().collect())),
            _ => Err(unknown(node)),
        }
    }

    fn comparison(&self, node: &Node, comparison: Comparison) -> Result<Filter, Exception> {
        let column = self.column(reference(node)?)?;
        let literal = literal(node)?;
        let match_case = node.attribute("matchCase") != Some("false");
        // The literal may stand first: `5 < x` is `x > 5`.
        let is_turned = node.children.first().is_some_and(|first| first.name == "Literal");
        let comparison = if is_turned { turned(comparison) } else { comparison };
        let value = self.value(column, literal)?;
        Ok(Filter::Compare { column, comparison, value, match_case })
    }

    fn between(&self, node: &Node) -> Result<Filter, Exception> {
        let column = self.column(reference(node)?)?;
        let edge = |name: &str| {
            let edge = node.child(name).ok_or_else(|| {
                wrong("PropertyIsBetween", format!("thiếu {name}"), format!("{name} is missing"))
            })?;
            let text = edge.child("Literal").map_or(edge.text(), Node::text);
            self.value(column, text)
        };
        Ok(Filter::Between { column, low: edge("LowerBoundary")?, high: edge("UpperBoundary")? })
    }

    fn like(&self, node: &Node) -> Result<Filter, Exception> {
        let column = self.column(reference(node)?)?;
        if self.kind(column) != Some(PropertyType::Text) {
            return Err(wrong(
                "PropertyIsLike",
                "thuộc tính này không phải văn bản",
                "this property is no text",
            ));
        }
        let mark = |name: &str| node.attribute(name).and_then(|mark| mark.chars().next());
        let marks =
            (mark("wildCard"), mark("singleChar"), mark("escapeChar").or_else(|| mark("escape")));
        let match_case = node.attribute("matchCase") != Some("false");
        let pattern = Pattern::new(literal(node)?, marks, match_case);
        Ok(Filter::Like { column, pattern })
    }

    fn bbox(&self, node: &Node) -> Result<Filter, Exception> {
        self.check_geometry(node)?;
        let envelope = node.children.iter().find(|child| geometry::is_geometry(child));
        let envelope =
            envelope.ok_or_else(|| wrong("BBOX", "thiếu Envelope", "an Envelope is missing"))?;
        let read = geometry::read(envelope, &self.usual)?;
        Ok(Filter::Spatial(Relation::Intersects, Box::new(read)))
    }

    fn spatial(&self, node: &Node, relation: Relation) -> Result<Filter, Exception> {
        self.check_geometry(node)?;
        let other = node.children.iter().find(|child| geometry::is_geometry(child));
        let other =
            other.ok_or_else(|| wrong(&node.name, "thiếu hình học", "a geometry is missing"))?;
        Ok(Filter::Spatial(relation, Box::new(geometry::read(other, &self.usual)?)))
    }

    /// Refuses a property that is no geometry; each feature has one, whatever clients call it.
    fn check_geometry(&self, node: &Node) -> Result<(), Exception> {
        let Ok(name) = reference(node) else { return Ok(()) };
        match self.column(name) {
            Ok(_) => Err(wrong(
                &node.name,
                format!("thuộc tính '{}' không phải hình học", shown(name)),
                format!("the property '{}' is no geometry", shown(name)),
            )),
            Err(_) => Ok(()),
        }
    }

    fn id(&self, node: &Node) -> Option<FeatureId> {
        let text = node
            .attribute("rid")
            .or_else(|| node.attribute("fid"))
            .or_else(|| node.attribute("id"))?;
        // An identifier of another layer names nothing here.
        feature_id(self.view, text)
    }

    /// The column that a reference names, for this viewer.
    pub(super) fn column(&self, reference: &str) -> Result<usize, Exception> {
        column(self.view, reference)
    }

    fn kind(&self, column: usize) -> Option<PropertyType> {
        self.view.properties().nth(column).map(|property| property.kind)
    }

    fn value(&self, column: usize, text: &str) -> Result<Value, Exception> {
        let Some(property) = self.view.properties().nth(column) else {
            return Ok(Value::from(text));
        };
        let text = if property.kind == PropertyType::Text { text } else { text.trim() };
        parse_value(property.kind, text).ok_or_else(|| {
            wrong(
                &property.name,
                format!("'{}' không đúng kiểu của thuộc tính này", shown(text)),
                format!("'{}' is no value of this property's type", shown(text)),
            )
        })
    }
}

/// The identifier that a resource identifier of a layer holds.
pub(super) fn feature_id(view: &LayerView, text: &str) -> Option<FeatureId> {
    id_of(view.layer().id.as_str(), text)?.parse().ok()
}

/// The column that a reference names: with prefixes or without, by its name or by its element's.
pub(super) fn column(view: &LayerView, reference: &str) -> Result<usize, Exception> {
    let last = reference.rsplit('/').next().unwrap_or(reference);
    let name = last.rsplit(':').next().unwrap_or(last);
    let found = view.column(reference).or_else(|| view.column(name));
    let by_element = || view.properties().position(|property| element_name(&property.name) == name);
    found.or_else(by_element).ok_or_else(|| {
        let name = shown(name);
        Exception::invalid(
            &name,
            format!("lớp này không có thuộc tính '{name}'; DescribeFeatureType kể các thuộc tính"),
            format!("there is no property '{name}' here; DescribeFeatureType lists them"),
        )
    })
}

fn is_id(node: &Node) -> bool {
    matches!(node.name.as_str(), "ResourceId" | "FeatureId" | "GmlObjectId")
}

/// The property that a condition is about.
fn reference(node: &Node) -> Result<&str, Exception> {
    let found = node.child("ValueReference").or_else(|| node.child("PropertyName"));
    found
        .map(Node::text)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| wrong(&node.name, "thiếu ValueReference", "a ValueReference is missing"))
}

fn literal(node: &Node) -> Result<&str, Exception> {
    let literal = node.child("Literal").map(Node::text);
    literal.ok_or_else(|| wrong(&node.name, "thiếu Literal", "a Literal is missing"))
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "PropertyIsEqualTo" => Comparison::Equal,
        "PropertyIsNotEqualTo" => Comparison::Unequal,
        "PropertyIsLessThan" => Comparison::Less,
        "PropertyIsLessThanOrEqualTo" => Comparison::LessOrEqual,
        "PropertyIsGreaterThan" => Comparison::Greater,
        "PropertyIsGreaterThanOrEqualTo" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        other => other,
    }
}

fn relation(name: &str) -> Option<Relation> {
    Some(match name {
        "Intersects" => Relation::Intersects,
        "Disjoint" => Relation::Disjoint,
        "Within" => Relation::Within,
        "Contains" => Relation::Contains,
        "Touches" => Relation::Touches,
        "Crosses" => Relation::Crosses,
        "Overlaps" => Relation::Overlaps,
        "Equals" => Relation::Equals,
        _ => return None,
    })
}

fn wrong(about: &str, vi: impl Into<String>, en: impl Into<String>) -> Exception {
    Exception::invalid(about, vi, en)
}

fn unknown(node: &Node) -> Exception {
    let name = shown(&node.name);
    Exception::new(
        "OptionNotSupported",
        format!("bộ lọc '{name}' không có ở đây; GetCapabilities kể các bộ lọc"),
        format!("the filter '{name}' is not offered; GetCapabilities lists those that are"),
    )
    .about(name)
}
