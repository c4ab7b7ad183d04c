//! Which column of a source plays which attribute of a role.
//!
//! Columns are guessed by their names: the role's own attribute names, Vietnamese names with or
//! without accents, the fields of Circular 16/2025/TT-BXD (Appendix II), of the cadastral database,
//! and the tags of OpenStreetMap. Names are compared folded: lower case, no accents, letters and
//! digits alone; a name cut to ten letters by a DBF file matches a longer one that begins with it.

mod names;

use std::collections::BTreeMap;

use city::{Access, Property, PropertyType, Role, Value, role::Attribute, text::fold};

/// Role attribute → column of the source.
pub type Columns = BTreeMap<String, String>;

/// Why columns could not be mapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// A mapping names an attribute that the role does not have.
    #[error("role '{role}' has no attribute '{attribute}'; it has: {known}")]
    NoAttribute {
        /// The role.
        role: Role,
        /// What was named.
        attribute: String,
        /// What there is.
        known: String,
    },
    /// A mapping names a column that the source does not have.
    #[error("the source has no column '{column}'; it has: {known}")]
    NoColumn {
        /// What was named.
        column: String,
        /// What there is.
        known: String,
    },
}

/// The columns that seem to play a role's attributes; one column plays one attribute at most.
///
/// ```
/// use city::Role;
/// let columns = datasets::mapping::guess(Role::Parcels, &["SoToBanDo", "SoThuTuTh", "Chủ sử dụng"]);
/// assert_eq!(columns["sheet"], "SoToBanDo");
/// assert_eq!(columns["parcel"], "SoThuTuTh");
/// assert_eq!(columns["owner_name"], "Chủ sử dụng");
/// ```
pub fn guess(role: Role, columns: &[&str]) -> Columns {
    let keys: Vec<String> = columns.iter().map(|column| key_of(column)).collect();
    let mut taken = vec![false; columns.len()];
    let mut found = Columns::new();
    // Exact names of every attribute first, so that a cut name takes no column from an exact one.
    for matches in [is_exact as fn(&str, &str) -> bool, is_cut] {
        for attribute in role.attributes().iter().filter(|a| !a.name.ends_with("_assumed")) {
            if found.contains_key(attribute.name) {
                continue;
            }
            let position = names::of(role, attribute.name).iter().find_map(|name| {
                let name = key_of(name);
                (0..keys.len()).find(|&i| !taken[i] && matches(&keys[i], &name))
            });
            if let Some(i) = position {
                taken[i] = true;
                found.insert(attribute.name.into(), columns[i].into());
            }
        }
    }
    found
}

/// Puts declared mappings in the place of guessed ones. An empty column takes a guess away.
///
/// # Errors
/// [`MappingError`] when an attribute or a column is not there.
pub fn declare(
    role: Role,
    columns: &[&str],
    mut guessed: Columns,
    declared: &[(String, String)],
) -> Result<Columns, MappingError> {
    for (attribute, column) in declared {
        if role.attribute(attribute).is_none() {
            let known = list(role.attributes().iter().map(|a| a.name));
            return Err(MappingError::NoAttribute { role, attribute: attribute.clone(), known });
        }
        if column.is_empty() {
            guessed.remove(attribute);
            continue;
        }
        if !columns.contains(&column.as_str()) {
            let known = list(columns.iter().copied());
            return Err(MappingError::NoColumn { column: column.clone(), known });
        }
        guessed.retain(|_, other| other != column);
        guessed.insert(attribute.clone(), column.clone());
    }
    Ok(guessed)
}

/// A column of a layer, described by the attribute that it plays, where it plays one.
///
/// The column keeps the source's name; title, unit, code list and access class are the
/// attribute's. A column whose name says that it holds data about a person is personal, whatever
/// it plays: nothing of that kind becomes public by being imported.
///
/// ```
/// use city::{Access, PropertyType, Role};
/// use datasets::mapping::property_of;
/// let phone = property_of("SoDienThoai", PropertyType::Text, None);
/// assert_eq!(phone.access, Access::Personal);
/// let height = property_of("cao", PropertyType::Real, Role::Buildings.attribute("height"));
/// assert_eq!((height.name.as_str(), height.title.vi.as_str()), ("cao", "Chiều cao"));
/// ```
pub fn property_of(column: &str, kind: PropertyType, plays: Option<&Attribute>) -> Property {
    let mut property = match plays {
        Some(attribute) => Property { name: column.into(), ..attribute.to_property() },
        None => Property::new(column, kind),
    };
    property.kind = kind;
    if names::is_personal(&key_of(column)) {
        property.access = property.access.max(Access::Personal);
    }
    property
}

/// A value as another type; `None` when it can't be read as such. Null stays null.
///
/// Numbers in text may have a decimal comma, and digits grouped by points or blanks where nothing
/// else can be meant.
///
/// ```
/// use city::{PropertyType, Value};
/// use datasets::mapping::coerce;
/// assert_eq!(coerce(&Value::from("12,5"), PropertyType::Real), Some(Value::from(12.5)));
/// assert_eq!(coerce(&Value::from("có"), PropertyType::Bool), Some(Value::from(true)));
/// assert_eq!(coerce(&Value::from("cao tầng"), PropertyType::Integer), None);
/// ```
pub fn coerce(value: &Value, kind: PropertyType) -> Option<Value> {
    match (value, kind) {
        (Value::Null, _) => Some(Value::Null),
        (Value::Text(text), _) if text.trim().is_empty() => Some(Value::Null),
        (Value::Bool(_), PropertyType::Bool)
        | (Value::Integer(_), PropertyType::Integer)
        | (Value::Real(_), PropertyType::Real)
        | (Value::Text(_), PropertyType::Text)
        | (Value::Date(_), PropertyType::Date)
        | (Value::Instant(_), PropertyType::Instant) => Some(value.clone()),
        (Value::Integer(number), PropertyType::Real) => Some(Value::Real(*number as f64)),
        (Value::Real(number), PropertyType::Integer) => whole(*number),
        (Value::Integer(number), PropertyType::Bool) => match number {
            0 => Some(Value::Bool(false)),
            1 => Some(Value::Bool(true)),
            _ => None,
        },
        (Value::Integer(number), PropertyType::Text) => Some(Value::from(number.to_string())),
        (Value::Real(number), PropertyType::Text) => Some(Value::from(number.to_string())),
        (Value::Text(text), PropertyType::Bool) => truth(text),
        (Value::Text(text), PropertyType::Integer) => whole(number(text)?),
        (Value::Text(text), PropertyType::Real) => number(text).map(Value::Real),
        (Value::Text(text), PropertyType::Date) => date(text),
        _ => None,
    }
}

/// Whole numbers up to 2⁵³, which f64 holds exactly.
fn whole(number: f64) -> Option<Value> {
    let fits = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    fits.then_some(Value::Integer(number as i64))
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let grouped = |mark: char| {
        let parts: Vec<&str> = text.split(mark).collect();
        parts.len() > 2 && parts[1..].iter().all(|part| part.len() == 3)
    };
    let plain = if text.contains(' ') || grouped('.') || grouped(',') {
        text.chars().filter(|c| !" .,".contains(*c)).collect()
    } else if !text.contains('.') {
        text.replacen(',', ".", 1)
    } else {
        text.to_owned()
    };
    plain.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn truth(text: &str) -> Option<Value> {
    let truth = match fold(text).as_str() {
        "yes" | "true" | "t" | "y" | "1" | "co" | "x" => true,
        "no" | "false" | "f" | "n" | "0" | "khong" => false,
        _ => return None,
    };
    Some(Value::Bool(truth))
}

/// ISO dates, and day/month/year as Vietnamese documents write it.
fn date(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(date) = city::time::parse_date(text) {
        return Some(Value::Date(date));
    }
    let parts: Vec<i16> =
        text.split(['/', '-', '.']).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [day, month, year] = parts[..] else { return None };
    let (day, month) = (i8::try_from(day).ok()?, i8::try_from(month).ok()?);
    city::time::Date::new(year, month, day).ok().map(Value::Date)
}

fn is_exact(column: &str, name: &str) -> bool {
    column == name
}

/// DBF files cut names to ten characters.
fn is_cut(column: &str, name: &str) -> bool {
    (9..=10).contains(&column.len()) && name.len() > column.len() && name.starts_with(column)
}

fn key_of(name: &str) -> String {
    fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_circular_16_play_the_planning_attributes() {
        let fields = [
            "maThongTinQH",
            "maHoSoQH",
            "maDoiTuong",
            "tenDoiTuong",
            "chucNangSuDungDatMuc1",
            "kyHieuLoDat",
            "dienTich",
            "danSo",
            "matDoXayDung",
            "tangCaoXayDung",
            "heSoSuDungDat",
            "trangThaiQuyHoach",
            "capDoQuyHoach",
            "ghiChu",
        ];
        let columns = guess(Role::PlanningZones, &fields);
        for (attribute, column) in [
            ("plan_code", "maHoSoQH"),
            ("lot", "kyHieuLoDat"),
            ("name", "tenDoiTuong"),
            ("function", "chucNangSuDungDatMuc1"),
            ("area", "dienTich"),
            ("density", "matDoXayDung"),
            ("max_storeys", "tangCaoXayDung"),
            ("floor_area_ratio", "heSoSuDungDat"),
            ("people", "danSo"),
            ("plan_level", "capDoQuyHoach"),
            ("plan_status", "trangThaiQuyHoach"),
        ] {
            assert_eq!(columns.get(attribute).map(String::as_str), Some(column), "{attribute}");
        }
    }

    #[test]
    fn names_cut_by_dbf_and_names_with_accents_are_found() {
        let columns = guess(Role::PlanningZones, &["MATDOXAYDU", "TANGCAOXAY", "Ký hiệu lô"]);
        assert_eq!(columns["density"], "MATDOXAYDU");
        assert_eq!(columns["max_storeys"], "TANGCAOXAY");
        assert_eq!(columns["lot"], "Ký hiệu lô");
    }

    #[test]
    fn tags_of_openstreetmap_play_the_attributes_of_roads_and_buildings() {
        let roads = guess(Role::Roads, &["osm_id", "name", "highway", "maxspeed", "lanes"]);
        assert_eq!((&*roads["class"], &*roads["max_speed"]), ("highway", "maxspeed"));
        let buildings = guess(Role::Buildings, &["osm_name", "building:levels"]);
        assert_eq!((&*buildings["name"], &*buildings["storeys"]), ("osm_name", "building:levels"));
    }

    #[test]
    fn a_declared_mapping_wins_and_an_empty_one_takes_the_guess_away() {
        let columns = ["ten", "label"];
        let guessed = guess(Role::Roads, &columns);
        assert_eq!(guessed["name"], "ten");
        let declared = [("name".to_owned(), "label".to_owned())];
        let mapped = declare(Role::Roads, &columns, guessed.clone(), &declared);
        assert_eq!(mapped.unwrap()["name"], "label");
        let none = declare(Role::Roads, &columns, guessed.clone(), &[("name".into(), "".into())]);
        assert!(none.unwrap().is_empty());
        let wrong = declare(Role::Roads, &columns, guessed, &[("roof".into(), "ten".into())]);
        assert!(wrong.unwrap_err().to_string().contains("max_speed"));
    }

    #[test]
    fn every_name_belongs_to_an_attribute_of_some_role() {
        for name in names::attributes() {
            let known = Role::ALL.iter().any(|role| role.attribute(name).is_some());
            assert!(known, "'{name}' is no attribute of any role");
        }
    }

    #[test]
    fn numbers_and_dates_are_read_as_people_write_them() {
        let real = |text: &str| coerce(&Value::from(text), PropertyType::Real);
        assert_eq!(real("1.234.567"), Some(Value::Real(1_234_567.0)));
        assert_eq!(real("1 234,"), Some(Value::Real(1234.0)));
        assert_eq!(real("3.5"), Some(Value::Real(3.5)));
        assert_eq!(real("3,5"), Some(Value::Real(3.5)));
        assert_eq!(real(""), Some(Value::Null));
        assert_eq!(real("NaN"), None);
        let date = coerce(&Value::from("29/10/2025"), PropertyType::Date);
        assert_eq!(date, Some(Value::Date(city::time::parse_date("2025-10-29").unwrap())));
        assert_eq!(coerce(&Value::from(2.5), PropertyType::Integer), None);
    }
}
