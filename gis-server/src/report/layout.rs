//! Measures of Decree 30/2020/NĐ-CP, Appendix I, part I, and what the renderers word alike.
//!
//! Where the decree gives a range, one value is chosen: sizes go together, as its table does it.

use city::Title;

use super::document::Letterhead;

/// Short and long side of A4, in millimetres (section I.1).
pub(super) const A4_MM: (f32, f32) = (210.0, 297.0);

/// White margins of a page, in millimetres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margins {
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
    pub(super) left: f32,
}

/// A page that stands: top and bottom 20–25, left 30–35, right 15–20 (section I.3).
pub(super) const UPRIGHT_MM: Margins = Margins { top: 20.0, right: 20.0, bottom: 20.0, left: 30.0 };
/// A page that lies is bound at its top edge, which is the left one of the page turned upright.
pub(super) const LYING_MM: Margins = Margins { top: 30.0, right: 20.0, bottom: 20.0, left: 20.0 };
/// From the page's edge to the number at its top.
pub(super) const PAGE_NUMBER_MM: f32 = 10.0;
/// Sides of the letterhead's two halves, as shares of the text's width: the national name needs
/// more room than most organs do.
pub(super) const ORGAN_SHARE: f32 = 0.42;

/// Sizes of type, in points (sections II and III).
pub(super) mod size {
    /// Text: 13–14.
    pub(in crate::report) const TEXT: f32 = 13.0;
    /// National name, organs: 12–13. 12 goes with a motto of 13.
    pub(in crate::report) const NATION: f32 = 12.0;
    /// Motto, number, place and date, kind, abstract, capacity and name of the signer.
    pub(in crate::report) const HEAD: f32 = 13.0;
    /// "Nơi nhận": 12; the names under it: 11.
    pub(in crate::report) const RECIPIENTS: f32 = 12.0;
    /// Names of recipients.
    pub(in crate::report) const RECIPIENT: f32 = 11.0;
    /// Cells of tables, which the decree leaves open.
    pub(in crate::report) const CELL: f32 = 11.5;
    /// Captions, English lines and notes.
    pub(in crate::report) const MINOR: f32 = 11.5;
    /// Number of a page: 13–14.
    pub(in crate::report) const PAGE_NUMBER: f32 = 13.0;
    /// The standing at the foot of a page.
    pub(in crate::report) const FOOT: f32 = 10.0;
}

/// Baseline to baseline, as a multiple of the size: single to one and a half (section II.5).
pub(super) const LEADING: f32 = 1.25;
/// Between paragraphs, in points: at least 6.
pub(super) const PARAGRAPH_GAP: f32 = 6.0;
/// The first line's indent, in millimetres: 10 or 12.7.
pub(super) const INDENT_MM: f32 = 12.7;
/// Lines under organ and abstract: 1/3–1/2 of the text above them.
pub(super) const RULE_SHARE: f32 = 0.4;

/// The national name (*Quốc hiệu*).
pub(super) const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
/// The motto (*Tiêu ngữ*).
pub(super) const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
/// The head of the list of recipients.
pub(super) const RECIPIENTS: &str = "Nơi nhận:";

/// Points in millimetres.
pub(super) fn points(mm: f32) -> f32 {
    mm * 72.0 / 25.4
}

/// The caption of the table or figure with that number, without its English.
pub(super) fn caption(word: &str, number: usize, caption: &Title) -> String {
    format!("{word} {number}. {}", caption.vi)
}

/// A table's caption in full.
pub(super) fn table_caption(number: usize, title: &Title) -> String {
    caption("Bảng", number, title)
}

/// A figure's caption in full.
pub(super) fn figure_caption(number: usize, title: &Title) -> String {
    caption("Hình", number, title)
}

/// Names of recipients as they are listed: dashes before, semicolons behind, a stop at the end.
pub(super) fn recipients(names: &[String]) -> Vec<String> {
    let last = names.len().saturating_sub(1);
    let end = |index| if index == last { '.' } else { ';' };
    names.iter().enumerate().map(|(index, name)| format!("- {name}{}", end(index))).collect()
}

/// The standing as one line: "Nội bộ, tham khảo / Internal, for reference".
pub(super) fn standing(standing: &Title) -> String {
    match standing.en.as_str() {
        "" => standing.vi.clone(),
        en => format!("{} / {en}", standing.vi),
    }
}

/// What a file is called in its metadata: "Báo cáo: Tình hình …".
pub(super) fn file_title(kind: &Title, title: &Title) -> String {
    match title.vi.as_str() {
        "" => kind.vi.clone(),
        text => format!("{}: {text}", kind.vi),
    }
}

/// The organ and the one above it, in capitals, the superior first.
pub(super) fn organs(letterhead: &Letterhead) -> (Option<String>, String) {
    (letterhead.superior.as_deref().map(str::to_uppercase), letterhead.organ.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_end_with_a_stop() {
        let names = ["UBND thành phố".to_owned(), "Lưu: VT".to_owned()];
        assert_eq!(recipients(&names), ["- UBND thành phố;", "- Lưu: VT."]);
        assert!(recipients(&[]).is_empty());
    }
}
