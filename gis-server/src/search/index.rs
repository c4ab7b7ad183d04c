//! The different texts of each layer, folded, and which features have them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use city::{Access, FeatureId, Layer, LayerId, PropertyType};
use memchr::memmem::Finder;

use super::words::{normalise, parcel_text};
use crate::{
    store::{City, FeatureRef, LayerView},
    viewer::Viewer,
};

/// Text that one layer's index may hold; what comes after is not found. A million addresses are
/// 30 MB.
const MOST_BYTES: usize = 256 << 20;

/// What a text is to its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Name,
    Parcel,
    Address,
    Code,
}

/// A searched column, or two for a parcel; positions in the view of whoever sees everything.
#[derive(Debug, Clone)]
struct Field {
    kind: Kind,
    /// Names of the columns.
    columns: Vec<String>,
}

/// The searched texts of one layer.
#[derive(Debug)]
pub(super) struct LayerIndex {
    fields: Vec<Field>,
    /// Every different text in order, each after a line feed.
    text: String,
    /// Where each begins.
    starts: Vec<u32>,
    /// Where the features of each begin among `features`.
    features_from: Vec<u32>,
    features: Vec<FeatureId>,
}

/// How well a text fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is the query.
    Whole,
    /// It begins with the query, which ends with a word.
    Prefix,
    /// It begins with the query, in the midst of a word.
    PrefixPart,
    /// A later word begins with the query, which ends with a word.
    Word,
    /// A later word begins with the query, in the midst of a word.
    WordPart,
    /// Every word of the query begins a word of it, in another order.
    Words,
    /// The query is somewhere in it.
    Within,
}

impl LayerIndex {
    fn of(view: &LayerView) -> Self {
        let fields = fields(view);
        let mut rows: Vec<(String, FeatureId)> = Vec::new();
        if !fields.is_empty() {
            let mut bytes = 0;
            for feature in view.features() {
                for (_, _, text) in texts(&fields, view, feature) {
                    bytes += text.len() + 1;
                    rows.push((text, feature.id()));
                }
                if bytes > MOST_BYTES {
                    tracing::warn!(layer = %view.layer().id, "too much text: the rest is not searched");
                    break;
                }
            }
        }
        rows.sort_unstable();
        Self::of_sorted(fields, rows)
    }

    fn of_sorted(fields: Vec<Field>, rows: Vec<(String, FeatureId)>) -> Self {
        let mut index = Self {
            fields,
            text: String::new(),
            starts: Vec::new(),
            features_from: Vec::new(),
            features: Vec::with_capacity(rows.len()),
        };
        let mut last: Option<&str> = None;
        for (text, id) in &rows {
            if last != Some(text) {
                index.text.push('\n');
                index.starts.push(index.text.len() as u32);
                index.features_from.push(index.features.len() as u32);
                index.text.push_str(text);
                last = Some(text);
            }
            index.features.push(id.clone());
        }
        index.text.push('\n');
        index.features_from.push(index.features.len() as u32);
        index.text.shrink_to_fit();
        index
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    /// A text by its number.
    pub(super) fn text(&self, number: usize) -> &str {
        let start = self.starts[number] as usize;
        let end = self.starts.get(number + 1).map_or(self.text.len(), |next| *next as usize);
        &self.text[start..end - 1]
    }

    /// The features that have a text.
    pub(super) fn features(&self, number: usize) -> &[FeatureId] {
        let (from, to) = (self.features_from[number], self.features_from[number + 1]);
        &self.features[from as usize..to as usize]
    }

    /// The texts of a feature as it is now: kind, as it is shown, as it is compared.
    pub(super) fn texts_of(
        &self,
        view: &LayerView,
        feature: FeatureRef<'_>,
    ) -> Vec<(Kind, String, String)> {
        texts(&self.fields, view, feature)
    }

    /// Numbers of texts that fit a query, the best first, about so many of each kind of fit.
    pub(super) fn find(&self, query: &str, most: usize) -> Vec<(Fit, usize)> {
        let mut found: Vec<(Fit, usize)> = Vec::new();
        let begin = self.first_from(query);
        let prefixed =
            (begin..self.len()).take_while(|number| self.text(*number).starts_with(query));
        found.extend(
            prefixed.take(most).filter_map(|number| Some((fit(self.text(number), query)?, number))),
        );
        if found.len() < most {
            self.scan(&format!(" {query}"), query, most, &mut found);
        }
        let words: Vec<&str> = query.split(' ').collect();
        if found.len() < most && words.len() > 1 {
            let longest = words.iter().max_by_key(|word| word.len()).copied().unwrap_or_default();
            self.scan(longest, query, most, &mut found);
        }
        if found.len() < most && query.len() >= 3 {
            self.scan(query, query, most, &mut found);
        }
        found.sort_unstable();
        found
    }

    /// The number of the first text that does not come before a query.
    fn first_from(&self, query: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.text(middle) < query { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Adds texts that hold a needle and fit the query.
    fn scan(&self, needle: &str, query: &str, most: usize, found: &mut Vec<(Fit, usize)>) {
        let finder = Finder::new(needle.as_bytes());
        let mut last = None;
        let mut left = most;
        for at in finder.find_iter(self.text.as_bytes()) {
            let number =
                self.starts.partition_point(|start| *start as usize <= at + 1).saturating_sub(1);
            if last == Some(number) || found.iter().any(|(_, known)| *known == number) {
                continue;
            }
            last = Some(number);
            if let Some(fit) = fit(self.text(number), query) {
                found.push((fit, number));
                left -= 1;
            }
            if left == 0 {
                return;
            }
        }
    }
}

/// How a text fits a query; `None` when it does not.
pub(super) fn fit(text: &str, query: &str) -> Option<Fit> {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    if let Some(rest) = text.strip_prefix(query) {
        return Some(match rest {
            "" => Fit::Whole,
            rest if ends(rest) => Fit::Prefix,
            _ => Fit::PrefixPart,
        });
    }
    let spaced = format!(" {query}");
    let mut words =
        text.match_indices(&spaced).map(|(at, _)| &text[at + spaced.len()..]).peekable();
    if words.peek().is_some() {
        return Some(if words.any(ends) { Fit::Word } else { Fit::WordPart });
    }
    let begins = |word: &str| text.split(' ').any(|own| own.starts_with(word));
    if query.contains(' ') && query.split(' ').all(begins) {
        return Some(Fit::Words);
    }
    text.contains(query).then_some(Fit::Within)
}

fn texts(
    fields: &[Field],
    view: &LayerView,
    feature: FeatureRef<'_>,
) -> Vec<(Kind, String, String)> {
    let value = |column: &String| {
        let value = feature.value(view.column(column)?);
        match value.as_text() {
            Some(text) => Some(text.trim().to_owned()),
            None => value.as_number().map(|number| number.to_string()),
        }
    };
    let read = |field: &Field| {
        let values: Option<Vec<String>> = field.columns.iter().map(value).collect();
        let values = values.filter(|values| values.iter().all(|value| !value.is_empty()))?;
        let (shown, compared) = match (field.kind, &values[..]) {
            (Kind::Parcel, [sheet, number]) => {
                (format!("Thửa {number}, tờ {sheet}"), parcel_text(sheet, number))
            }
            _ => (values[0].clone(), normalise(&values[0])),
        };
        (!compared.is_empty()).then_some((field.kind, shown, compared))
    };
    fields.iter().filter_map(read).collect()
}

/// The columns that are searched: what the role says, else what a name suggests. Only public ones.
fn fields(view: &LayerView) -> Vec<Field> {
    let layer = view.layer();
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

/// An index and what it was made of: the layer as one catalogue has it. Edits do not change that:
/// they are looked through one by one.
#[derive(Debug)]
struct Made {
    of: Arc<Layer>,
    index: Arc<LayerIndex>,
}

/// The indexes of all layers.
#[derive(Debug, Default)]
pub struct Searcher {
    indexes: Mutex<HashMap<LayerId, Made>>,
}

impl Searcher {
    /// Makes an index for each layer that has none for its present file, and forgets those of
    /// layers that are gone. Takes seconds for a million features: not for a request.
    pub fn prepare(&self, city: &City) {
        // The index spans all rows; each found feature is asked for as the caller.
        let views = city.layers(&Viewer::admin("search"));
        let known = |id: &LayerId| views.iter().any(|view| view.layer().id == *id);
        self.lock().retain(|id, _| known(id));
        for view in &views {
            if self.index(view).is_none() {
                let of = Arc::clone(&view.state.layer);
                let made = Made { of, index: Arc::new(LayerIndex::of(view)) };
                self.lock().insert(view.layer().id.clone(), made);
            }
        }
    }

    /// Whether every layer has its index.
    pub fn is_ready(&self, city: &City) -> bool {
        city.layers(&Viewer::admin("search")).iter().all(|view| self.index(view).is_some())
    }

    /// The index of a layer, if it is of its present file.
    pub(super) fn index(&self, view: &LayerView) -> Option<Arc<LayerIndex>> {
        let indexes = self.lock();
        let found = indexes.get(&view.layer().id);
        let found = found.filter(|made| Arc::ptr_eq(&made.of, &view.state.layer))?;
        Some(Arc::clone(&found.index))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LayerId, Made>> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(texts: &[&str]) -> LayerIndex {
        let mut rows: Vec<(String, FeatureId)> = texts
            .iter()
            .zip(1u64..)
            .map(|(text, id)| (normalise(text), FeatureId::Number(id)))
            .collect();
        rows.sort();
        LayerIndex::of_sorted(Vec::new(), rows)
    }

    fn check(texts: &[&str], query: &str, expected: &[&str]) {
        let index = index(texts);
        let found: Vec<&str> = index
            .find(&normalise(query), 10)
            .into_iter()
            .map(|(_, number)| index.text(number))
            .collect();
        assert_eq!(found, expected, "{query}");
    }

    #[test]
    fn the_better_fit_comes_first() {
        let texts = [
            "Trần Phú",
            "Trần Phúc",
            "Đường Trần Phú",
            "Hẻm 3 Trần Phúc",
            "Phú Trần",
            "Trần Phú Đông",
        ];
        check(
            &texts,
            "trần phú",
            &[
                "tran phu",
                "tran phu dong",
                "tran phuc",
                "duong tran phu",
                "hem 3 tran phuc",
                "phu tran",
            ],
        );
        check(&texts, "uc", &[]);
        check(
            &texts,
            "ran p",
            &["duong tran phu", "hem 3 tran phuc", "tran phu", "tran phu dong", "tran phuc"],
        );
        check(&["a"], "b", &[]);
    }

    #[test]
    fn a_text_knows_every_feature_that_has_it() {
        let index = index(&["Trần Phú", "Lê Lợi", "TRẦN PHÚ"]);
        let found = index.find("tran phu", 10);
        assert_eq!(index.features(found[0].1), [FeatureId::Number(1), FeatureId::Number(3)]);
    }
}
