//! What people are told of a reading.

use city::Title;

use super::Verdict;

impl Verdict {
    /// Its code, and what it means in both languages, with its numbers.
    #[must_use]
    pub fn told(&self) -> (&'static str, Title) {
        match self {
            Self::Good => ("good", Title::new("Tốt", "Good")),
            Self::ModelDeparts { innovation_m, .. } => (
                "model-departs",
                Title::new(
                    format!("Các trạm cùng lệch mô hình ({innovation_m:+.2} m): dùng số đo"),
                    format!("The gauges agree against the model ({innovation_m:+.2} m): used"),
                ),
            ),
            Self::Missing => ("missing", Title::new("Không có số đo mới", "Nothing new was told")),
            Self::OutOfRange { level_m, .. } => (
                "out-of-range",
                Title::new(
                    format!("{level_m:.2} m ngoài khoảng đo được"),
                    format!("{level_m:.2} m is beyond what it can show"),
                ),
            ),
            Self::Spike { jump_m } => (
                "spike",
                Title::new(
                    format!("Số đo nhảy {jump_m:+.2} m"),
                    format!("A spike of {jump_m:+.2} m"),
                ),
            ),
            Self::TooFast { rate_m_h, .. } => (
                "too-fast",
                Title::new(
                    format!("Thay đổi {rate_m_h:+.1} m/giờ, nước không thể nhanh thế"),
                    format!("It changes by {rate_m_h:+.1} m/h, faster than water can"),
                ),
            ),
            Self::Stuck { still_s, .. } => (
                "stuck",
                Title::new(
                    format!("Đứng yên {:.1} giờ trong khi nước đổi: loại", still_s / 3600.0),
                    format!("Stuck for {:.1} h while the water moved: left out", still_s / 3600.0),
                ),
            ),
            Self::Departs { innovation_m, times, .. } => (
                "departs",
                Title::new(
                    format!("Lệch {innovation_m:+.2} m, lần thứ {times}: chưa dùng"),
                    format!("Departs by {innovation_m:+.2} m, {times} in a row: not used"),
                ),
            ),
            Self::Suspect { innovation_m, times, .. } => (
                "suspect",
                Title::new(
                    format!("Nghi hỏng: lệch {innovation_m:+.2} m {times} lần liền: loại"),
                    format!("Suspect: departs by {innovation_m:+.2} m, {times} in a row: left out"),
                ),
            ),
            Self::OnProbation { good, needed } => (
                "on-probation",
                Title::new(
                    format!("Đang thử lại: {good} trong {needed} số đo đúng"),
                    format!("On probation: {good} of {needed} readings agreed"),
                ),
            ),
        }
    }
}
