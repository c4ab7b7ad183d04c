//! What was done with features, and why some are refused.

use crate::Title;

/// What was done with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Treated {
    /// A value that it does not have was assumed.
    Assumed,
    /// An end of it was joined to a manhole that it does not name.
    Joined,
    /// A node was made for it, or of it an outfall.
    Made,
    /// It is not in the network.
    LeftOut,
}

/// What was done with one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id, or the name of the node that was made.
    pub id: String,
    /// What was done.
    pub treated: Treated,
    /// Why, with numbers; and what to do where something is wrong.
    pub why: Title,
}

/// Features of which no network can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.en)]
pub struct Error {
    /// The feature's id; empty where none is at fault.
    pub id: String,
    /// What is wrong, and what to do.
    pub why: Title,
}

impl Error {
    pub(super) fn double(vi: &str, en: &str, id: &str) -> Self {
        let why = Title::new(
            format!("hai {vi} cùng mã '{id}': hãy cho mỗi đối tượng một mã riêng"),
            format!("two {en} have the id '{id}'; give each an id of its own"),
        );
        Self { id: id.to_owned(), why }
    }

    pub(super) fn nowhere(vi: &str, en: &str, id: &str) -> Self {
        let why = Title::new(
            format!("{vi} '{id}' có toạ độ không hợp lệ: hãy sửa hình học của nó"),
            format!("the {en} '{id}' has a position that is not finite; mend its geometry"),
        );
        Self { id: id.to_owned(), why }
    }

    pub(super) fn setting(name: &str, value: f64) -> Self {
        let why = Title::new(
            format!("{name} là {value}: phải là số hữu hạn, không âm (đường kính phải dương)"),
            format!("{name} is {value}; it must be finite and not negative (a diameter, positive)"),
        );
        Self { id: String::new(), why }
    }

    pub(super) fn nothing_left(drains: usize) -> Self {
        let why = Title::new(
            format!(
                "trong {drains} cống không cống nào dùng được: cần đường tim dài hơn 0 và kích thước"
            ),
            format!(
                "none of {drains} drains can be used; they need lines longer than 0, and sizes"
            ),
        );
        Self { id: String::new(), why }
    }
}

/// Notes as they come.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) list: Vec<Note>,
}

impl Notes {
    pub(super) fn add(
        &mut self,
        id: &str,
        treated: Treated,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.list.push(Note { id: id.to_owned(), treated, why: Title::new(vi, en) });
    }

    pub(super) fn assumed(&mut self, id: &str, vi: impl Into<String>, en: impl Into<String>) {
        self.add(id, Treated::Assumed, vi, en);
    }

    pub(super) fn left_out(&mut self, id: &str, vi: impl Into<String>, en: impl Into<String>) {
        self.add(id, Treated::LeftOut, vi, en);
    }
}
