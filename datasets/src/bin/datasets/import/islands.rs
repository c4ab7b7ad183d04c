//! Names in Hoàng Sa and Trường Sa.
//!
//! Files from abroad, OpenStreetMap among them, name features of the two archipelagos in other
//! languages. A public map of Vietnam shows Vietnamese names there: a feature inside keeps the name
//! that the source gives in Vietnamese, and no other.

use city::{Bbox, Schema, Value};
use unicode_normalization::UnicodeNormalization as _;

/// Hoàng Sa, Đà Nẵng.
const HOANG_SA: Bbox = Bbox { min_x: 110.9, min_y: 15.6, max_x: 113.0, max_y: 17.3 };
/// Trường Sa, Khánh Hòa.
const TRUONG_SA: Bbox = Bbox { min_x: 111.4, min_y: 6.5, max_x: 116.9, max_y: 12.1 };

/// Columns that hold names.
pub(crate) struct NameColumns {
    names: Vec<usize>,
    vietnamese: Option<usize>,
}

impl NameColumns {
    /// The columns of a schema that hold names, by their own names; `also` plays the name.
    pub(crate) fn of(schema: &Schema, also: Option<&str>) -> Self {
        let is_name = |column: &str| {
            let column = column.to_ascii_lowercase();
            matches!(
                column.as_str(),
                "name" | "label" | "title" | "is_in" | "operator" | "wikipedia"
            ) || column.starts_with("name:")
                || column.starts_with("name_")
                || column.ends_with("_name")
        };
        let properties = || schema.properties.iter().enumerate();
        let names = properties().filter(|(_, p)| is_name(&p.name) || Some(&*p.name) == also);
        let vietnamese =
            properties().find(|(_, p)| matches!(&*p.name, "name:vi" | "name_vi" | "ten"));
        Self { names: names.map(|(i, _)| i).collect(), vietnamese: vietnamese.map(|(i, _)| i) }
    }

    /// Leaves a feature inside the archipelagos its Vietnamese names alone; whether it did.
    pub(crate) fn clean(&self, values: &mut [Value], at: [f64; 2]) -> bool {
        let inside = [HOANG_SA, TRUONG_SA].iter().any(|sea| sea.contains(at[0], at[1]));
        if !inside {
            return false;
        }
        let vietnamese = self.vietnamese.and_then(|i| values.get(i).cloned());
        let vietnamese = vietnamese.filter(|value| value.as_text().is_some_and(|t| !t.is_empty()));
        let mut changed = false;
        for &i in self.names.iter().filter(|i| Some(**i) != self.vietnamese) {
            let Some(text) = values[i].as_text() else { continue };
            if is_vietnamese(text) {
                continue;
            }
            values[i] = vietnamese.clone().unwrap_or(Value::Null);
            changed = true;
        }
        changed
    }
}

/// Whether a name is in Vietnamese: Latin letters alone, and a mark that only Vietnamese has, or a
/// word that begins Vietnamese names of islands and reefs.
fn is_vietnamese(name: &str) -> bool {
    let is_latin = |c: char| {
        !c.is_alphabetic() || (c as u32) < 0x250 || (0x1EA0..=0x1EF9).contains(&(c as u32))
    };
    let marks = |c: char| {
        matches!(c, '\u{1EA0}'..='\u{1EF9}' | 'ă' | 'Ă' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư')
    };
    let name: String = name.nfc().collect();
    let folded = city::text::fold(&name);
    let first = folded.split(' ').next().unwrap_or_default();
    let begins = matches!(first, "dao" | "da" | "bai" | "cum" | "quan" | "song" | "hon" | "con");
    name.chars().all(is_latin)
        && (name.chars().any(marks) || (begins && !folded.contains("island")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::{Property, PropertyType};

    fn cleaned(name: &str, vi: Option<&str>, at: [f64; 2]) -> (Option<String>, bool) {
        let column = |name: &str| Property::new(name, PropertyType::Text);
        let schema =
            Schema { properties: vec![column("name"), column("name:vi"), column("name:zh")] };
        let mut values = vec![Value::from(name), vi.map(Value::from).into(), Value::from("西沙")];
        let changed = NameColumns::of(&schema, None).clean(&mut values, at);
        assert!(!changed || !values.contains(&Value::from("西沙")));
        (values[0].as_text().map(str::to_owned), changed)
    }

    #[test]
    fn foreign_names_in_hoang_sa_and_truong_sa_give_way_to_vietnamese_ones() {
        let at = [112.34, 16.83];
        assert_eq!(cleaned("永兴岛", Some("Đảo Phú Lâm"), at), (Some("Đảo Phú Lâm".into()), true));
        assert_eq!(cleaned("Woody Island", None, at), (None, true));
        assert_eq!(
            cleaned("Đảo Trường Sa Lớn", None, [111.92, 8.64]).0.unwrap(),
            "Đảo Trường Sa Lớn"
        );
    }

    #[test]
    fn names_elsewhere_stay() {
        assert_eq!(cleaned("Hilton", None, [108.22, 16.07]), (Some("Hilton".into()), false));
    }
}
