//! Parameters that several APIs take, read in one way.

use city::{Bbox, Instant, Interval};

use super::query::Query;
use crate::error::Problem;

impl Query {
    /// A whole number greater than zero.
    ///
    /// # Errors
    /// 400 that names the parameter, as all of these.
    ///
    /// ```
    /// use gis_server::http::query::Query;
    /// let query = Query::parse("limit=5&since=0")?;
    /// assert_eq!(query.positive("limit")?, Some(5));
    /// assert!(query.positive("since").is_err());
    /// # Ok::<(), gis_server::error::Problem>(())
    /// ```
    pub fn positive(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse::<i64>().ok().filter(|number| *number > 0);
        let (vi, en) = ("phải là số nguyên dương", "must be a positive whole number");
        number.map(Some).ok_or_else(|| Problem::parameter(name, vi, en))
    }

    /// An instant.
    ///
    /// # Errors
    /// 400.
    pub fn instant(&self, name: &str) -> Result<Option<Instant>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let wrong = |_| {
            Problem::parameter(
                name,
                "phải là thời điểm RFC 3339, ví dụ 2026-11-21T05:00:00Z",
                "must be an instant of RFC 3339, such as 2026-11-21T05:00:00Z",
            )
        };
        text.replace(' ', "+").parse().map(Some).map_err(wrong)
    }

    /// `datetime`: an instant, a day or an interval.
    ///
    /// # Errors
    /// 400.
    pub fn datetime(&self) -> Result<Option<Interval>, Problem> {
        let Some(text) = self.get("datetime") else { return Ok(None) };
        // A plus sign that was not percent-encoded came as a space, which no time holds.
        let read = text.replace(' ', "+").parse().map(Some);
        read.map_err(|error: city::Error| {
            let shown: String = text.chars().take(80).collect();
            Problem::parameter(
                "datetime",
                format!("'{shown}' không phải thời điểm hay khoảng thời gian; ghi 2025-10-29, 2025-10-29T18:00:00Z hoặc BẮT-ĐẦU/KẾT-THÚC với '..' cho đầu mở"),
                error.to_string(),
            )
        })
    }

    /// `bbox` in longitude and latitude.
    ///
    /// # Errors
    /// 400.
    pub fn lon_lat_box(&self) -> Result<Option<Bbox>, Problem> {
        let Some(text) = self.get("bbox") else { return Ok(None) };
        let vi = "hãy ghi 'tây,nam,đông,bắc' theo kinh độ, vĩ độ";
        let wrong = |error: city::Error| Problem::parameter("bbox", vi, error.to_string());
        text.parse().map(Some).map_err(wrong)
    }

    /// Names separated by commas.
    pub fn names(&self, name: &str) -> Option<Vec<String>> {
        let names = self.get(name)?.split(',').map(str::trim);
        Some(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }
}
