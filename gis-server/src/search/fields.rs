//! Which columns of a layer are searched, and the texts that a feature has in them.

use std::borrow::Cow;

use city::{Access, PropertyType, Role};

use super::words::{normalise, parcel_text};
use crate::store::{FeatureRef, LayerView};

/// What a text is to its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Name,
    Parcel,
    Address,
    Code,
}

/// A searched column, or two for a parcel.
#[derive(Debug, Clone)]
pub(super) struct Field {
    kind: Kind,
    /// Names of the columns.
    columns: Vec<String>,
}

impl Field {
    /// The field where a view has its columns; `None` when its viewer does not see one of them.
    pub(super) fn place(&self, view: &LayerView) -> Option<Place> {
        let columns = self.columns.iter().map(|name| view.column(name));
        Some(Place { kind: self.kind, columns: columns.collect::<Option<_>>()? })
    }

    /// The text of a feature: what it is, as it is shown, as it is compared.
    pub(super) fn text(
        &self,
        view: &LayerView,
        feature: FeatureRef<'_>,
    ) -> Option<(Kind, String, String)> {
        let place = self.place(view)?;
        let values = place.values(feature)?;
        let shown = match (self.kind, &values[..]) {
            (Kind::Parcel, [sheet, number]) => format!("Thửa {number}, tờ {sheet}"),
            _ => values[0].to_string(),
        };
        Some((self.kind, shown, place.compared(&values)?))
    }
}

/// A field by the positions of its columns in one view.
#[derive(Debug)]
pub(super) struct Place {
    kind: Kind,
    columns: Vec<usize>,
}

impl Place {
    /// What tells equal texts of one column without a look at them, where the column is interned.
    pub(super) fn code(&self, feature: FeatureRef<'_>) -> Option<u32> {
        match self.columns[..] {
            [column] => feature.text_code(column),
            _ => None,
        }
    }

    /// The text of a feature as it is compared.
    pub(super) fn text(&self, feature: FeatureRef<'_>) -> Option<String> {
        self.compared(&self.values(feature)?)
    }

    /// The values of a feature; `None` unless it has all of them.
    fn values<'a>(&self, feature: FeatureRef<'a>) -> Option<Vec<Cow<'a, str>>> {
        let value = |column: &usize| {
            let value = feature.value(*column);
            let text = match value.as_text() {
                Some(text) => Cow::Borrowed(text.trim()),
                None => Cow::Owned(value.as_number()?.to_string()),
            };
            (!text.is_empty()).then_some(text)
        };
        self.columns.iter().map(value).collect()
    }

    fn compared(&self, values: &[Cow<'_, str>]) -> Option<String> {
        let text = match (self.kind, values) {
            (Kind::Parcel, [sheet, number]) => parcel_text(sheet, number),
            (_, [value, ..]) => normalise(value),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }
}

/// The columns that are searched: what the role says, else what a name suggests. Only public ones. Names of land cover
/// are kinds of ground: a thousand times "Đường" before the first street.
pub(super) fn fields(view: &LayerView) -> Vec<Field> {
    let layer = view.layer();
    if layer.role == Role::LandCover {
        return Vec::new();
    }
    let open = |column: &str| {
        let property = view.properties().find(|property| property.name == column)?;
        let attribute =
            layer.role.attributes().iter().find(|a| layer.column_of(a.name) == Some(column));
        let public = property.access == Access::Public
            && attribute.is_none_or(|a| a.access == Access::Public);
        public.then(|| property.clone())
    };
    let of_role =
        |attribute: &str| layer.column_of(attribute).and_then(open).map(|found| found.name);
    let mut fields = Vec::new();
    for (attribute, kind) in [
        ("name", Kind::Name),
        ("address", Kind::Address),
        ("code", Kind::Code),
        ("plan_code", Kind::Code),
    ] {
        fields.extend(of_role(attribute).map(|column| Field { kind, columns: vec![column] }));
    }
    if let (Some(sheet), Some(number)) = (of_role("sheet"), of_role("parcel")) {
        fields.push(Field { kind: Kind::Parcel, columns: vec![sheet, number] });
    }
    for property in view.properties().filter(|property| property.kind == PropertyType::Text) {
        let taken = fields.iter().any(|field| field.columns.contains(&property.name));
        let kind = kind_by_name(&property.name);
        if let (false, Some(kind), Some(_), None) =
            (taken, kind, open(&property.name), &property.code_list)
        {
            fields.push(Field { kind, columns: vec![property.name.clone()] });
        }
    }
    fields
}

fn kind_by_name(column: &str) -> Option<Kind> {
    match city::text::fold(column).replace(['_', ':', ' ', '-'], "").as_str() {
        "name" | "namevi" | "nameen" | "ten" | "tenduong" | "tenvn" | "tendoituong"
        | "roadname" | "officialname" | "altname" => Some(Kind::Name),
        "address" | "diachi" | "addrfull" => Some(Kind::Address),
        _ => None,
    }
}
