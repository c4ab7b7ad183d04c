//! Features by the attributes of their roles.

use crate::store::{FeatureRef, LayerView, ValueRef};

/// Reads a feature by its role's attributes, whatever its columns are called.
pub(super) struct Reader<'a> {
    pub(super) view: &'a LayerView,
    pub(super) feature: FeatureRef<'a>,
}

impl<'a> Reader<'a> {
    fn value(&self, attribute: &str) -> Option<ValueRef<'a>> {
        Some(self.feature.value(self.view.attribute(attribute)?))
    }

    pub(super) fn text(&self, attribute: &str) -> Option<String> {
        self.value(attribute)?.as_text().map(str::to_owned)
    }

    pub(super) fn number(&self, attribute: &str) -> Option<f64> {
        self.value(attribute)?.as_number().filter(|value| value.is_finite())
    }

    /// A number that is not negative: of people, of storeys.
    pub(super) fn amount(&self, attribute: &str) -> Option<f64> {
        self.number(attribute).filter(|value| *value >= 0.0)
    }

    pub(super) fn flag(&self, attribute: &str) -> bool {
        self.value(attribute) == Some(ValueRef::Bool(true))
    }
}
