//! What becomes of a source's columns: which are published under which type, which play a role's
//! attributes, and which are added.

use std::collections::BTreeMap;

use city::{Property, PropertyType, Role, Schema, Value};
use datasets::{
    encoding::Legacy,
    mapping::{self, Columns},
    report::Report,
    write::FID,
};

use super::{
    args::ImportArgs, error::ImportError, gdal_read::Kind, heights, islands::NameColumns, osm,
    template::Template,
};

/// Features that are looked at before the columns are decided.
pub(crate) const SAMPLE: usize = 2000;

/// The columns of a layer and how they come about.
pub(crate) struct Plan {
    /// Columns of the source, as they are read.
    pub(crate) source: Schema,
    /// Columns of the layer: the source's that stay, then those that are added.
    pub(crate) schema: Schema,
    /// Role attribute → column.
    pub(crate) columns: Columns,
    /// Column of the identifier.
    pub(crate) id_column: String,
    /// Position of the identifier among the source's columns; `None`: the source's number.
    pub(crate) id: Option<usize>,
    names: NameColumns,
    /// Positions of the source's columns that stay.
    kept: Vec<usize>,
    added: Added,
}

/// Columns that are added, by their position in the layer's schema.
#[derive(Default)]
struct Added {
    heights: Option<Heights>,
    /// A name without those that a program made.
    name: Option<Slot>,
    /// Attribute of the role → position, from tags or from the template.
    attributes: BTreeMap<String, usize>,
}

struct Slot {
    from: usize,
    to: usize,
}

struct Heights {
    height: Option<usize>,
    storeys: Option<usize>,
    purpose: Option<usize>,
    to: usize,
    assumed_to: usize,
}

/// A value that could not be read as its column's type.
pub(crate) type Misread = (usize, String);

impl Plan {
    /// Decides, from the columns, a sample of their values, and what was asked for.
    pub(crate) fn new(
        args: &ImportArgs,
        source: Schema,
        sample: &[Vec<Value>],
        template: Option<&Template>,
        kind: Kind,
        report: &mut Report,
    ) -> Result<Self, ImportError> {
        let is_osm = kind == Kind::Osm;
        let names: Vec<&str> = source.properties.iter().map(|p| p.name.as_str()).collect();
        let guessed =
            doubted(args.role, mapping::guess(args.role, &names), &source, sample, report);
        let mut columns = mapping::declare(args.role, &names, guessed, &args.map)?;
        doubt_encoding(args, &source, sample, report);
        let (id_column, id) = identifier(args, &source, kind)?;
        let kept: Vec<usize> = (0..names.len()).filter(|&i| names[i] != FID).collect();
        let mut schema = Schema::default();
        for &i in &kept {
            schema.properties.push(published(args, &source.properties[i], &columns));
        }
        let added = Added::plan(
            args.role,
            &source,
            sample,
            template,
            is_osm,
            &mut schema,
            &mut columns,
            report,
        );
        let name = columns.get("name").map(String::as_str);
        let name_columns = NameColumns::of(&schema, name);
        note_personal(&schema, report);
        Ok(Self { source, schema, columns, id_column, id, names: name_columns, kept, added })
    }

    /// The values of a feature of the layer, from those of the source.
    pub(crate) fn values(
        &self,
        role: Role,
        raw: &[Value],
        set: &[(String, Value)],
        misread: &mut Vec<Misread>,
    ) -> Vec<Value> {
        let mut values = Vec::with_capacity(self.schema.properties.len());
        for (to, &from) in self.kept.iter().enumerate() {
            let kind = self.schema.properties[to].kind;
            let value = mapping::coerce(&raw[from], kind);
            // Heights are read by themselves, with their units.
            if value.is_none() && self.added.heights.as_ref().is_none_or(|h| h.to != to) {
                misread.push((to, text_of(&raw[from])));
            }
            values.push(value.unwrap_or_default());
        }
        values.resize(self.schema.properties.len(), Value::Null);
        self.added.fill(role, &self.source, raw, set, &mut values);
        values
    }

    /// Leaves features in Hoàng Sa and Trường Sa their Vietnamese names alone; whether it did.
    pub(crate) fn clean_names(&self, values: &mut [Value], at: [f64; 2]) -> bool {
        self.names.clean(values, at)
    }

    /// The position of the column that an attribute is set in.
    pub(crate) fn slot_of(&self, attribute: &str) -> Option<usize> {
        self.added.attributes.get(attribute).copied()
    }
}

impl Added {
    #[expect(clippy::too_many_arguments, reason = "one step of Plan::new, which has them all")]
    fn plan(
        role: Role,
        source: &Schema,
        sample: &[Vec<Value>],
        template: Option<&Template>,
        is_osm: bool,
        schema: &mut Schema,
        columns: &mut Columns,
        report: &mut Report,
    ) -> Self {
        let mut added = Self::default();
        if is_osm {
            for (name, kind) in osm::derived_columns(role) {
                let to = add(role, name, *kind, schema, columns);
                added.attributes.insert((*name).to_owned(), to);
            }
        }
        for (name, kind) in template.map(Template::attributes).unwrap_or_default() {
            if !added.attributes.contains_key(name) {
                let to = add(role, name, kind, schema, columns);
                added.attributes.insert(name.to_owned(), to);
            }
        }
        let position =
            |columns: &Columns, attribute: &str| source.index_of(columns.get(attribute)?);
        if let Some(from) = position(columns, "name").filter(|&i| holds_made_names(i, sample))
            && source.properties[from].name != "name"
        {
            let column = source.properties[from].name.clone();
            let to = add(role, "name", PropertyType::Text, schema, columns);
            if role.attribute("code").is_some() {
                columns.entry("code".into()).or_insert_with(|| column.clone());
            }
            report.note(
                format!("Cột '{column}' có tên do chương trình đặt (như osm_agent12): những tên đó không hiện trên bản đồ"),
                format!("column '{column}' holds names that a program made (such as osm_agent12): those are not shown as names"),
            );
            added.name = Some(Slot { from, to });
        }
        if role == Role::Buildings {
            let height = position(columns, "height");
            let (storeys, purpose) = (position(columns, "storeys"), position(columns, "use"));
            let in_place = height.filter(|&i| source.properties[i].name == "height");
            let to = match in_place.and_then(|_| schema.index_of("height")) {
                Some(to) => {
                    schema.properties[to].kind = PropertyType::Real;
                    to
                }
                None => add(role, "height", PropertyType::Real, schema, columns),
            };
            let assumed_to = add(role, "height_assumed", PropertyType::Bool, schema, columns);
            added.heights = Some(Heights { height, storeys, purpose, to, assumed_to });
        }
        added
    }

    fn fill(
        &self,
        role: Role,
        source: &Schema,
        raw: &[Value],
        set: &[(String, Value)],
        values: &mut [Value],
    ) {
        if let Some(Slot { from, to }) = self.name {
            let is_made = raw[from].as_text().is_some_and(is_made_name);
            values[to] = if is_made { Value::Null } else { raw[from].clone() };
        }
        if !self.attributes.is_empty() {
            let tag = |name: &str| {
                let value = source.index_of(name).and_then(|i| raw[i].as_text());
                value.filter(|text| !text.is_empty()).map(str::to_owned)
            };
            for (name, value) in osm::derived(role, &tag) {
                if let Some(&to) = self.attributes.get(name) {
                    values[to] = value;
                }
            }
        }
        for (name, value) in set {
            if let Some(&to) = self.attributes.get(name) {
                values[to] = value.clone();
            }
        }
        if let Some(h) = &self.heights {
            let value = |i: Option<usize>| i.map_or(&Value::Null, |i| &raw[i]);
            let purpose = match (h.purpose, self.attributes.get("use")) {
                (Some(i), _) => raw[i].clone(),
                (None, Some(&to)) => values[to].clone(),
                (None, None) => Value::Null,
            };
            let height = heights::of(value(h.height), value(h.storeys), &purpose);
            values[h.to] = Value::Real((height.metres * 100.0).round() / 100.0);
            values[h.assumed_to] = Value::Bool(height.is_assumed);
        }
    }
}

/// Adds a column for an attribute, under its own name or the next free one.
fn add(
    role: Role,
    attribute: &str,
    kind: PropertyType,
    schema: &mut Schema,
    columns: &mut Columns,
) -> usize {
    let name = (1..)
        .map(|n| if n == 1 { attribute.to_owned() } else { format!("{attribute}_{n}") })
        .find(|name| schema.index_of(name).is_none())
        .unwrap_or_default();
    let property = mapping::property_of(&name, kind, role.attribute(attribute));
    columns.insert(attribute.to_owned(), name);
    schema.properties.push(property);
    schema.properties.len() - 1
}

/// A column as it is published: under the source's name, with the type that its attribute needs.
fn published(args: &ImportArgs, column: &Property, columns: &Columns) -> Property {
    let plays = columns.iter().find(|(_, name)| **name == column.name);
    let attribute = plays.and_then(|(attribute, _)| args.role.attribute(attribute));
    let kind = match (column.kind, attribute.map(|a| a.kind)) {
        (PropertyType::Text, Some(kind)) => kind,
        (PropertyType::Integer, Some(PropertyType::Bool)) => PropertyType::Bool,
        (kind, _) => kind,
    };
    let mut property = mapping::property_of(&column.name, kind, attribute);
    if args.public_column.contains(&column.name) {
        property.access = city::Access::Public;
    }
    property
}

/// Takes guesses away whose values can't be read as the attribute's type.
fn doubted(
    role: Role,
    mut guessed: Columns,
    source: &Schema,
    sample: &[Vec<Value>],
    report: &mut Report,
) -> Columns {
    guessed.retain(|attribute, column| {
        let (Some(i), Some(attribute)) = (source.index_of(column), role.attribute(attribute)) else {
            return false;
        };
        if source.properties[i].kind != PropertyType::Text || attribute.name == "height" {
            return true;
        }
        let values = || sample.iter().map(|row| &row[i]).filter(|value| !value.is_null());
        let misread = values().filter(|v| mapping::coerce(v, attribute.kind).is_none()).count();
        let holds = misread * 10 <= values().count();
        if !holds {
            report.note(
                format!("Cột '{column}' không đọc được như '{}': không gán", attribute.vi),
                format!("column '{column}' can't be read as '{}': not mapped; pass --map {}={column} to map it nevertheless", attribute.en, attribute.name),
            );
        }
        holds
    });
    guessed
}

/// Says so when text looks as if it were in an old code page.
fn doubt_encoding(args: &ImportArgs, source: &Schema, sample: &[Vec<Value>], report: &mut Report) {
    if args.encoding.is_some() {
        return;
    }
    let texts = || sample.iter().flatten().filter_map(Value::as_text);
    let (mut tcvn3, mut vni, mut broken) = (0, 0, 0);
    for text in texts() {
        match Legacy::suspect(text) {
            Some(Legacy::Tcvn3) => tcvn3 += 1,
            Some(Legacy::Vni) => vni += 1,
            None => {}
        }
        broken += usize::from(text.contains('\u{fffd}'));
    }
    let names_too = source.properties.iter().any(|p| p.name.contains('\u{fffd}'));
    let page = if tcvn3 >= vni { "tcvn3" } else { "vni" };
    if tcvn3.max(vni) * 20 > texts().count() || broken > 0 || names_too {
        report.note(
            format!("Chữ có vẻ thuộc bảng mã cũ: thử --encoding {page}"),
            format!("the text looks like an old code page: try --encoding {page}"),
        );
    }
}

/// The column of the identifier, and where the source keeps it.
fn identifier(
    args: &ImportArgs,
    source: &Schema,
    kind: Kind,
) -> Result<(String, Option<usize>), ImportError> {
    if let Some(key) = &args.key {
        let known = || {
            let names = source.properties.iter().map(|p| p.name.as_str());
            names.collect::<Vec<_>>().join(", ")
        };
        let position = source.index_of(key).ok_or_else(|| {
            ImportError::Arguments(format!(
                "--key {key}: the source has no such column; it has: {}",
                known()
            ))
        })?;
        let kind = source.properties[position].kind;
        if !matches!(kind, PropertyType::Integer | PropertyType::Text) {
            return Err(ImportError::Arguments(format!(
                "--key {key}: identifiers are texts or whole numbers, this column is neither"
            )));
        }
        return Ok((key.clone(), Some(position)));
    }
    let lasting = match kind {
        Kind::Osm => Some(osm::REF),
        Kind::Solids(id) => Some(id),
        Kind::Table => None,
    };
    if let Some(column) = lasting {
        return Ok((column.to_owned(), source.index_of(column)));
    }
    // A layer that Dothi exported carries its numbers along.
    let own = source.index_of(FID);
    let own = own.filter(|&i| source.properties[i].kind == PropertyType::Integer);
    Ok((FID.to_owned(), own))
}

/// Names that a program made where there were none: letters, then three digits or more.
fn is_made_name(name: &str) -> bool {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.len() - word.len();
    digits >= 3
        && !word.is_empty()
        && word.chars().all(|c| c.is_ascii_alphabetic() || "_-".contains(c))
}

/// Whether a third or more of a column's values are such names.
fn holds_made_names(column: usize, sample: &[Vec<Value>]) -> bool {
    let texts = || sample.iter().filter_map(|row| row[column].as_text());
    let made = texts().filter(|text| is_made_name(text)).count();
    made > 0 && made * 3 >= texts().count()
}

fn note_personal(schema: &Schema, report: &mut Report) {
    let personal = schema.properties.iter().filter(|p| p.access == city::Access::Personal);
    let names: Vec<&str> = personal.map(|p| p.name.as_str()).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        report.note(
            format!("Cột có dữ liệu cá nhân, không công khai: {names}"),
            format!("columns with personal data, not public: {names}"),
        );
    }
}

fn text_of(value: &Value) -> String {
    let text = match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_program_made_are_told_from_names() {
        for (name, expected) in [
            ("osm_agent2343", true),
            ("building-0012", true),
            ("Nhà hàng Ninh Kiều", false),
            ("QL61", false),
            ("2343", false),
            ("Trường THCS 2023", false),
        ] {
            assert_eq!(is_made_name(name), expected, "{name}");
        }
    }
}
