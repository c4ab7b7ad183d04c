//! Which items are wanted.

use city::{Bbox, Interval};
use geo::Intersects;
use geo_types::{Geometry, Rect, coord};

use super::items::Item;
use crate::{error::Problem, http::query::Query, store::geometry_from_json};

/// Items on a page where nothing is said, and at most.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// What is asked.
#[derive(Debug)]
pub(super) struct Wish {
    /// Of this collection alone.
    of: Option<String>,
    collections: Option<Vec<String>>,
    ids: Option<Vec<String>>,
    bbox: Option<Bbox>,
    intersects: Option<Geometry<f64>>,
    time: Option<Interval>,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

impl Wish {
    /// Reads the parameters.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let limit = query.positive("limit")?.map_or(USUAL, |n| usize::try_from(n).unwrap_or(MOST));
        let (vi, en) = ("phải là số nguyên từ 0", "must be a whole number from 0");
        let offset = query.get("offset").map_or(Ok(0), str::parse);
        let intersects = query.get("intersects").map(|text| {
            let json = serde_json::from_str(text).ok();
            let read = json.as_ref().and_then(geometry_from_json);
            let (vi, en) = ("hãy ghi một hình học GeoJSON", "write a GeoJSON geometry");
            read.ok_or_else(|| Problem::parameter("intersects", vi, en))
        });
        let bbox = query.lon_lat_box()?;
        if bbox.is_some() && intersects.is_some() {
            let (vi, en) = ("không đi cùng bbox", "does not go with bbox");
            return Err(Problem::parameter("intersects", vi, en));
        }
        Ok(Self {
            of: None,
            collections: query.names("collections"),
            ids: query.names("ids"),
            bbox,
            intersects: intersects.transpose()?,
            time: query.datetime()?,
            limit: limit.min(MOST),
            offset: offset.map_err(|_| Problem::parameter("offset", vi, en))?,
        })
    }

    /// The same of one collection alone.
    pub(super) fn of_collection(self, id: String) -> Self {
        Self { of: Some(id), ..self }
    }

    /// Whether an item is wanted.
    pub(super) fn takes(&self, item: &Item) -> bool {
        let among = |wanted: &Option<Vec<String>>, own: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one == own))
        };
        let meets = |geometry: &Geometry<f64>| {
            item.bbox.is_some_and(|Bbox { min_x, min_y, max_x, max_y }| {
                let own = Rect::new(coord! { x: min_x, y: min_y }, coord! { x: max_x, y: max_y });
                geometry.intersects(&own.to_polygon())
            })
        };
        self.of.as_ref().is_none_or(|of| of == item.collection)
            && among(&self.collections, item.collection)
            && among(&self.ids, &item.id)
            && self.bbox.is_none_or(|bbox| item.bbox.is_some_and(|own| own.intersects(&bbox)))
            && self.intersects.as_ref().is_none_or(meets)
            && self.time.is_none_or(|time| item.time.intersects(&time))
    }
}
