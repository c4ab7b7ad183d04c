//! The two languages of everything that a person sees.

use bevy::ecs::resource::Resource;
use city::Title;

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Resource)]
#[cfg_attr(not(target_arch = "wasm32"), derive(clap::ValueEnum))]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// The text of two that is this language's.
    pub fn of<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// A title's text.
    pub fn title(self, title: &Title) -> &str {
        match self {
            Self::En if !title.en.is_empty() => &title.en,
            _ => &title.vi,
        }
    }

    /// A number with so many decimals: Vietnamese has a comma.
    pub fn number(self, number: f64, decimals: usize) -> String {
        let text = format!("{number:.decimals$}");
        if self == Self::Vi { text.replace('.', ",") } else { text }
    }

    /// A number as somebody writes it in either language, with its unit or without: a comma or a point stands before
    /// the decimals.
    ///
    /// ```
    /// use twin::words::Language;
    /// assert_eq!(Language::read(" 2,5 h"), Language::read("2.5"));
    /// assert_eq!(Language::read("hai"), None);
    /// ```
    pub fn read(text: &str) -> Option<f64> {
        let is_unit = |letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',';
        let text = text.trim().trim_end_matches(is_unit).replace(',', ".");
        text.parse().ok().filter(|it: &f64| it.is_finite())
    }

    /// An age: seconds, minutes, hours or days.
    pub fn age(self, seconds: f64) -> String {
        let (number, vi, en) = match seconds {
            s if s < 90.0 => (s, "giây", "s"),
            s if s < 5_400.0 => (s / 60.0, "phút", "min"),
            s if s < 129_600.0 => (s / 3600.0, "giờ", "h"),
            s => (s / 86_400.0, "ngày", "d"),
        };
        format!("{:.0} {}", number.max(0.0), self.of(vi, en))
    }
}
